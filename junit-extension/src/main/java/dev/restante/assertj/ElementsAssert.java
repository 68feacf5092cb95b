package dev.restante.assertj;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jsoup.nodes.Element;

/** Assertions on the elements of a mail's HTML that a selector found; at least one. */
public final class ElementsAssert extends AbstractEvidenceAssert<ElementsAssert, List<Element>> {
    private final String selector;
    private final Supplier<String> mail;

    ElementsAssert(String selector, List<Element> actual, Supplier<String> mail, Reporting reporting) {
        super(actual, ElementsAssert.class, reporting);
        this.selector = selector;
        this.mail = mail;
    }

    @Override
    String evidence() {
        StringBuilder text = new StringBuilder("The elements \"" + selector + "\" (" + actual.size() + "):\n");
        Evidence.listed(text, actual, Evidence::html);
        return text.append(mail.get()).toString();
    }

    /** Verifies that there are so many. */
    public ElementsAssert hasSize(int size) {
        return check(
                actual.size() == size,
                () -> "Expected " + size + (size == 1 ? " element \"" : " elements \"") + selector + "\", but there "
                        + (actual.size() == 1 ? "is 1." : "are " + actual.size() + "."));
    }

    /** Verifies the visible text of the first, white space collapsed. */
    public ElementsAssert hasText(String expected) {
        return check(
                first().text().equals(expected),
                () -> "Expected the element \"" + selector + "\" to read \"" + expected + "\", but it reads \""
                        + first().text() + "\".");
    }

    /** Verifies the visible texts of all, in order, white space collapsed. */
    public ElementsAssert haveTexts(String... expected) {
        List<String> texts = actual.stream().map(Element::text).toList();
        return check(
                texts.equals(List.of(expected)),
                () -> "Expected the elements \"" + selector + "\" to read " + Evidence.quoted(List.of(expected))
                        + ", but they read " + Evidence.quoted(texts) + ".");
    }

    /** Verifies an attribute of the first. */
    public ElementsAssert hasAttribute(String name, String value) {
        Optional<String> found = first().hasAttr(name) ? Optional.of(first().attr(name)) : Optional.empty();
        return check(
                found.filter(value::equals).isPresent(),
                () -> "Expected the attribute " + name + " of \"" + selector + "\" to be \"" + value + "\", but "
                        + found.map(it -> "it is \"" + it + "\"").orElse("there is none") + ".");
    }

    /** Leads to the visible text of the first, white space collapsed. */
    public TextAssert text() {
        return reporting.text(first().text(), leadingTo("the text of \"" + selector + "\""));
    }

    /** Leads to an attribute of the first, empty if it has none. */
    public TextAssert attribute(String name) {
        return reporting.text(first().attr(name), leadingTo("the attribute " + name + " of \"" + selector + "\""));
    }

    private Element first() {
        return actual.isEmpty() ? new Element("none") : actual.get(0);
    }
}
