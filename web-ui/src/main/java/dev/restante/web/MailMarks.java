package dev.restante.web;

import dev.restante.CapturedMail;
import dev.restante.HeaderField;
import dev.restante.MailAddress;
import dev.restante.Mailbox;
import dev.restante.Onlooker;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * What people note on mails: that they were read, and tags. Forgotten with the mail.
 *
 * <p>A mail begins with the tags that it brings along: those of X-Tags, and those after a plus in an address
 * ({@code ann+tag@...}). Thread-safe.
 */
final class MailMarks implements AutoCloseable {
    private static final int MAX_TAG_LENGTH = 100;
    private static final int HEADER_GLANCE = 64 * 1024;

    private final Onlooker mailbox;
    private final Set<String> read = ConcurrentHashMap.newKeySet();
    /** So many mails were removed when it was last made sure that no mark outlived its mail. */
    private volatile long verifiedAfter;

    private final Map<String, List<String>> tags = new ConcurrentHashMap<>();
    /** Arrivals that the mailbox has told of, after so many that it had before. */
    private final AtomicLong told = new AtomicLong();

    private final long toldFrom;
    private final List<Watcher> watchers = new CopyOnWriteArrayList<>();
    private final List<Mailbox.Subscription> subscriptions;
    // Guarded by this: how many mails have a tag, by its folded name; and how it was spelled first.
    private final Map<String, Integer> uses = new HashMap<>();
    private final Map<String, String> spellings = new HashMap<>();

    /** Is told of changes that somebody made. */
    interface Watcher {
        /** A mail was marked as read or unread. */
        void read(String id, boolean read);

        /** A mail has these tags now. */
        void tagged(String id, List<String> tags);

        /** Marks of any number of mails have changed. */
        void manyChanged();
    }

    MailMarks(Onlooker mailbox) {
        this.mailbox = mailbox;
        this.toldFrom = arrived(mailbox.newest(0, 0));
        this.subscriptions = List.of(mailbox.onArrival(this::told), mailbox.onRemoval(this::forget));
        mailbox.mails().forEach(this::tags);
    }

    private static long arrived(Onlooker.Page all) {
        return all.total() + all.removed();
    }

    private void told(CapturedMail mail) {
        tags(mail);
        told.incrementAndGet(); // only now: whoever sees it relies on the tags
    }

    /** Looks at those that arrived and were not told yet: a list counts what was acknowledged. */
    private void catchUp() {
        long behind = arrived(mailbox.newest(0, 0)) - toldFrom - told.get();
        if (behind > 0) {
            mailbox.newest(0, (int) Math.min(behind + 100, Integer.MAX_VALUE))
                    .mails()
                    .forEach(this::tags);
        }
    }

    void watch(Watcher watcher) {
        watchers.add(watcher);
    }

    // ---- read

    boolean isRead(CapturedMail mail) {
        return read.contains(mail.id());
    }

    /** Marks a mail; true if it was not so marked before. */
    boolean markRead(CapturedMail mail, boolean asRead) {
        boolean changed = asRead ? read.add(mail.id()) : read.remove(mail.id());
        if (changed) {
            dropIfGone(mail);
        }
        return changed;
    }

    /** Marks a mail and tells the watchers. */
    void tellRead(CapturedMail mail, boolean asRead) {
        if (markRead(mail, asRead)) {
            watchers.forEach(watcher -> watcher.read(mail.id(), asRead));
        }
    }

    /** Tells the watchers that more changed than can be told one by one. */
    void tellAll() {
        watchers.forEach(Watcher::manyChanged);
    }

    /** How many of all mails are unread; looked up one by one only if some mail went since the last time. */
    long unread(Onlooker.Page all) {
        if (read.isEmpty()) {
            return all.total();
        }
        if (all.removed() != verifiedAfter) {
            // Marks are forgotten soon after their mails, but a list counts now.
            read.removeIf(id -> mailbox.mail(id).isEmpty());
            verifiedAfter = all.removed();
        }
        return Math.max(0, all.total() - read.size());
    }

    long unread(List<CapturedMail> mails) {
        return read.isEmpty()
                ? mails.size()
                : mails.stream().filter(mail -> !isRead(mail)).count();
    }

    // ---- tags

    /** The mail's tags, sorted without regard to case. */
    List<String> tags(CapturedMail mail) {
        List<String> known = tags.get(mail.id());
        if (known != null) {
            return known;
        }
        List<String> brought = brought(mail);
        synchronized (this) {
            known = tags.get(mail.id());
            if (known == null) {
                put(mail.id(), brought);
                known = tags.getOrDefault(mail.id(), List.of());
            }
        }
        dropIfGone(mail);
        return known;
    }

    /** Gives a mail these tags instead of those that it has. */
    void setTags(CapturedMail mail, Collection<String> names) {
        List<String> now;
        synchronized (this) {
            put(mail.id(), names);
            now = tags.getOrDefault(mail.id(), List.of());
        }
        dropIfGone(mail);
        watchers.forEach(watcher -> watcher.tagged(mail.id(), now));
    }

    /** The names of all tags in use with the number of their mails, sorted without regard to case. */
    Map<String, Integer> tagsInUse() {
        catchUp();
        Map<String, Integer> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        synchronized (this) {
            uses.forEach((folded, count) -> all.put(spellings.getOrDefault(folded, folded), count));
        }
        return all;
    }

    /** Whether some mail has this tag. */
    boolean isInUse(String tag) {
        catchUp();
        synchronized (this) {
            return uses.containsKey(fold(tag));
        }
    }

    /** Renames a tag on every mail that has it, or takes it away if there is no new name. */
    void replaceTag(String old, Optional<String> name) {
        synchronized (this) {
            Map<String, List<String>> others = new HashMap<>();
            tags.forEach((id, names) -> {
                if (names.stream().anyMatch(old::equalsIgnoreCase)) {
                    others.put(
                            id,
                            names.stream()
                                    .filter(each -> !each.equalsIgnoreCase(old))
                                    .toList());
                }
            });
            others.forEach(this::put); // from all mails first: with the last one goes the old spelling
            name.ifPresent(renamed -> others.forEach((id, names) -> {
                List<String> more = new ArrayList<>(names);
                more.add(renamed);
                put(id, more);
            }));
        }
        watchers.forEach(Watcher::manyChanged);
    }

    /** The name with what a tag may not hold turned into blanks; empty if nothing or too much is left. */
    static Optional<String> tagName(String name) {
        String clean = name.replaceAll("[^\\p{L}\\p{N} _.@-]", " ")
                .replaceAll(" +", " ")
                .strip();
        return clean.isEmpty() || clean.length() > MAX_TAG_LENGTH ? Optional.empty() : Optional.of(clean);
    }

    // Guarded by this.
    private void put(String id, Collection<String> names) {
        List<String> before = tags.getOrDefault(id, List.of());
        Map<String, String> now = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String name : names) {
            String spelling = spellings.getOrDefault(fold(name), name);
            now.putIfAbsent(spelling, spelling);
        }
        List<String> after = List.copyOf(now.values());
        for (String name : after) {
            uses.merge(fold(name), 1, Integer::sum);
            spellings.putIfAbsent(fold(name), name);
        }
        discount(before);
        tags.put(id, after);
    }

    // Guarded by this.
    private void discount(List<String> names) {
        for (String name : names) {
            if (uses.merge(fold(name), -1, Integer::sum) == 0) {
                uses.remove(fold(name));
                spellings.remove(fold(name));
            }
        }
    }

    private static String fold(String tag) {
        return tag.toLowerCase(Locale.ROOT);
    }

    /** What X-Tags and plus-addresses say. */
    private static List<String> brought(CapturedMail mail) {
        List<String> names = new ArrayList<>();
        if (mayBringTags(mail)) {
            for (HeaderField field : mail.message().headers("X-Tags")) {
                names.addAll(List.of(field.value().split(",", -1)));
            }
            Stream.of(mail.to(), mail.cc(), mail.bcc(), mail.from())
                    .flatMap(List::stream)
                    .map(MailAddress::address)
                    .forEach(address -> names.addAll(plusParts(address)));
        }
        // Only now: a blind recipient matters although the header does not name it.
        mail.envelope().recipientAddresses().stream()
                .filter(address -> address.indexOf('+') > 0)
                .forEach(address -> names.addAll(plusParts(address)));
        return names.isEmpty()
                ? List.of()
                : names.stream()
                        .map(MailMarks::tagName)
                        .flatMap(Optional::stream)
                        .toList();
    }

    private static List<String> plusParts(String address) {
        int at = address.lastIndexOf('@');
        int plus = address.indexOf('+');
        return plus > 0 && plus < at ? List.of(address.substring(plus + 1, at).split("\\+", -1)) : List.of();
    }

    /** A glance at the header: most mails bring none, and reading each as it arrives would cost. */
    private static boolean mayBringTags(CapturedMail mail) {
        try (InputStream in = mail.open()) {
            String header = new String(in.readNBytes(HEADER_GLANCE), StandardCharsets.ISO_8859_1);
            int end = header.indexOf("\r\n\r\n");
            String fields = end < 0 ? header : header.substring(0, end);
            return fields.indexOf('+') >= 0 || fields.toLowerCase(Locale.ROOT).contains("x-tags");
        } catch (IOException e) {
            return false; // it is in memory
        }
    }

    // ---- forgetting

    private void dropIfGone(CapturedMail mail) {
        if (mailbox.mail(mail.id()).isEmpty()) { // removed meanwhile, and maybe told before it was marked
            forget(List.of(mail));
        }
    }

    /** Forgets the marks of removed mails. Whoever removes some may say so, instead of waiting for the mailbox to tell. */
    void forget(List<CapturedMail> gone) {
        for (CapturedMail mail : gone) {
            read.remove(mail.id());
        }
        synchronized (this) {
            for (CapturedMail mail : gone) {
                List<String> before = tags.remove(mail.id());
                discount(before == null ? List.of() : before);
            }
        }
    }

    @Override
    public void close() {
        subscriptions.forEach(Mailbox.Subscription::close);
    }
}
