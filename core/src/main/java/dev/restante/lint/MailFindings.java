package dev.restante.lint;

import dev.restante.LintCheck;
import dev.restante.LintFinding;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects what is found in a mail: the same thing again and again is one finding, and there is a bound. */
final class MailFindings {
    private static final int AT_MOST = 200;

    private final byte[] octets;
    private final Map<Key, Tally> found = new LinkedHashMap<>();

    private record Key(LintCheck check, String message) {}

    private static final class Tally {
        long first;
        long count;
    }

    MailFindings(byte[] octets) {
        this.octets = octets;
    }

    /** Something is wrong at this octet. */
    void add(LintCheck check, long octet, String message) {
        Key key = new Key(check, message);
        Tally tally = found.get(key);
        if (tally == null) {
            if (found.size() == AT_MOST) {
                return;
            }
            tally = new Tally();
            tally.first = octet;
            found.put(key, tally);
        }
        tally.first = Math.min(tally.first, octet);
        tally.count++;
    }

    /** What was found, in the order of the mail. */
    List<LintFinding> list() {
        List<Map.Entry<Key, Tally>> inOrder = new ArrayList<>(found.entrySet());
        inOrder.sort((a, b) -> Long.compare(a.getValue().first, b.getValue().first));
        long line = 1;
        int at = 0;
        List<LintFinding> all = new ArrayList<>(inOrder.size());
        for (Map.Entry<Key, Tally> each : inOrder) {
            long octet = each.getValue().first;
            while (at < octet && at < octets.length) {
                line += octets[at++] == '\n' ? 1 : 0;
            }
            Key key = each.getKey();
            all.add(new LintFinding(
                    key.check,
                    key.check.severity(),
                    key.message,
                    new LintFinding.InMail(octet, line),
                    each.getValue().count));
        }
        return List.copyOf(all);
    }
}
