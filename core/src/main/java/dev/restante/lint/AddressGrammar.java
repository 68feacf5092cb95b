package dev.restante.lint;

import dev.restante.mail.Problems;

/**
 * Reads a list of addresses as RFC 5322 section 3.4 has it; of the obsolete forms of section 4.4, those that are still seen: dots
 * in names, and commas with nothing between. Letters beyond ASCII are taken as RFC 6532 does.
 */
final class AddressGrammar {
    private static final String ATOM_SPECIALS = "!#$%&'*+-/=?^_`{|}~";
    private static final int COMMENT_DEPTH = 100;

    private final String text;
    private int at;
    private int count;
    private boolean obsolete;

    private AddressGrammar(String text) {
        this.text = text;
    }

    /** What was read. */
    record Result(String problem, int addresses, boolean obsolete) {
        boolean isList() {
            return problem.isEmpty();
        }
    }

    /** Reads a list, in which there may be groups. */
    static Result read(String list) {
        AddressGrammar grammar = new AddressGrammar(list);
        String problem = grammar.list(true, false);
        if (problem.isEmpty() && grammar.at < list.length()) {
            problem = grammar.unexpected();
        }
        return new Result(problem, grammar.count, grammar.obsolete);
    }

    private String unexpected() {
        return at >= text.length()
                ? "an address is missing at the end"
                : "there is " + Problems.quote(text.substring(at));
    }

    /** One or more addresses; of a group, also none. */
    private String list(boolean mayHoldGroups, boolean inGroup) {
        blanks();
        if (inGroup && at < text.length() && text.charAt(at) == ';') {
            return "";
        }
        while (true) {
            passOverCommas();
            if (obsolete && count > 0 && at >= text.length()) {
                return "";
            }
            String problem = address(mayHoldGroups);
            if (!problem.isEmpty()) {
                return problem;
            }
            blanks();
            if (at >= text.length() || text.charAt(at) != ',') {
                return "";
            }
            at++;
        }
    }

    private void passOverCommas() {
        blanks();
        while (at < text.length() && text.charAt(at) == ',') {
            obsolete = true;
            at++;
            blanks();
        }
        obsolete |= at >= text.length() && count > 0;
    }

    private String address(boolean mayBeGroup) {
        blanks();
        int start = at;
        if (addrSpec()) {
            int end = at;
            blanks();
            if (at >= text.length() || ",;".indexOf(text.charAt(at)) >= 0) {
                count++;
                return "";
            }
            at = end;
            return unexpected();
        }
        at = start;
        boolean named = phrase();
        if (at < text.length() && text.charAt(at) == '<') {
            at++;
            blanks();
            if (!addrSpec()) {
                return unexpected();
            }
            blanks();
            if (at >= text.length() || text.charAt(at) != '>') {
                return unexpected();
            }
            at++;
            count++;
            return "";
        }
        if (named && mayBeGroup && at < text.length() && text.charAt(at) == ':') {
            at++;
            String problem = list(false, true);
            if (!problem.isEmpty()) {
                return problem;
            }
            blanks();
            if (at >= text.length() || text.charAt(at) != ';') {
                return unexpected();
            }
            at++;
            return "";
        }
        if (at >= text.length() || named) {
            at = named ? start : at;
        }
        return unexpected();
    }

    private boolean phrase() {
        boolean any = false;
        while (true) {
            blanks();
            if (any && at < text.length() && text.charAt(at) == '.') {
                obsolete = true;
                at++;
            } else if (atoms(false) || quoted()) {
                any = true;
            } else {
                return any;
            }
        }
    }

    private boolean addrSpec() {
        blanks();
        if (!(atoms(true) || quoted())) {
            return false;
        }
        blanks();
        if (at >= text.length() || text.charAt(at) != '@') {
            return false;
        }
        at++;
        blanks();
        return atoms(true) || literal();
    }

    /** An atom; with dots between more of them, if these are allowed. */
    private boolean atoms(boolean dots) {
        int start = at;
        while (true) {
            int atom = at;
            while (at < text.length() && isAtomic(text.charAt(at))) {
                at++;
            }
            if (at == atom) {
                at = start;
                return false;
            }
            if (!dots || at >= text.length() || text.charAt(at) != '.') {
                return true;
            }
            at++;
        }
    }

    private static boolean isAtomic(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c >= 0x80
                || ATOM_SPECIALS.indexOf(c) >= 0;
    }

    private boolean quoted() {
        if (at >= text.length() || text.charAt(at) != '"') {
            return false;
        }
        for (int i = at + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == '"') {
                at = i + 1;
                return true;
            }
        }
        return false;
    }

    private boolean literal() {
        if (at >= text.length() || text.charAt(at) != '[') {
            return false;
        }
        int end = text.indexOf(']', at);
        if (end < 0 || text.substring(at + 1, end).chars().anyMatch(c -> c == '[' || c == '\\')) {
            return false;
        }
        at = end + 1;
        return true;
    }

    /** Passes over white space and comments; a comment that is not closed is none. */
    private void blanks() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == ' ' || c == '\t') {
                at++;
            } else if (c != '(' || !comment()) {
                return;
            }
        }
    }

    private boolean comment() {
        int depth = 0;
        for (int i = at; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == '(' && ++depth > COMMENT_DEPTH) {
                return false;
            } else if (c == ')' && --depth == 0) {
                at = i + 1;
                return true;
            }
        }
        return false;
    }
}
