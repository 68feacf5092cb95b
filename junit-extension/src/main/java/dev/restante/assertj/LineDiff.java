package dev.restante.assertj;

import java.util.ArrayList;
import java.util.List;

/** The lines by which two texts differ, with a little of what stands around them. */
final class LineDiff {
    private static final int CONTEXT = 2;
    private static final int LIMIT = 2_000;

    private LineDiff() {}

    /** Lines of {@code old} alone begin with {@code -}, of {@code now} alone with {@code +}, of both with a blank. */
    static String of(String old, String now) {
        List<String> a = old.lines().toList();
        List<String> b = now.lines().toList();
        int prefix = 0;
        while (prefix < a.size() && prefix < b.size() && a.get(prefix).equals(b.get(prefix))) {
            prefix++;
        }
        int suffix = 0;
        while (suffix < a.size() - prefix
                && suffix < b.size() - prefix
                && a.get(a.size() - 1 - suffix).equals(b.get(b.size() - 1 - suffix))) {
            suffix++;
        }
        List<String> lines = new ArrayList<>();
        a.subList(0, prefix).forEach(line -> lines.add("  " + line));
        lines.addAll(middle(a.subList(prefix, a.size() - suffix), b.subList(prefix, b.size() - suffix)));
        a.subList(a.size() - suffix, a.size()).forEach(line -> lines.add("  " + line));
        return withContext(lines);
    }

    /** By the longest common subsequence; texts that are too long for its table are shown whole, old before new. */
    private static List<String> middle(List<String> a, List<String> b) {
        List<String> lines = new ArrayList<>();
        if (a.size() > LIMIT || b.size() > LIMIT) {
            a.forEach(line -> lines.add("- " + line));
            b.forEach(line -> lines.add("+ " + line));
            return lines;
        }
        int[][] common = new int[a.size() + 1][b.size() + 1];
        for (int i = a.size() - 1; i >= 0; i--) {
            for (int j = b.size() - 1; j >= 0; j--) {
                common[i][j] = a.get(i).equals(b.get(j))
                        ? common[i + 1][j + 1] + 1
                        : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        int i = 0;
        int j = 0;
        while (i < a.size() || j < b.size()) {
            if (i < a.size() && j < b.size() && a.get(i).equals(b.get(j))) {
                lines.add("  " + a.get(i++));
                j++;
            } else if (i < a.size() && (j == b.size() || common[i + 1][j] >= common[i][j + 1])) {
                lines.add("- " + a.get(i++));
            } else {
                lines.add("+ " + b.get(j++));
            }
        }
        return lines;
    }

    private static String withContext(List<String> lines) {
        StringBuilder text = new StringBuilder();
        boolean left = false;
        for (int i = 0; i < lines.size(); i++) {
            boolean near = false;
            for (int k = Math.max(0, i - CONTEXT); k <= Math.min(lines.size() - 1, i + CONTEXT); k++) {
                near |= !lines.get(k).startsWith(" ");
            }
            if (near) {
                text.append(lines.get(i)).append('\n');
            } else if (!left) {
                text.append("  ...\n");
            }
            left = !near;
        }
        return text.toString().stripTrailing();
    }
}
