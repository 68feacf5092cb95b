package dev.restante.mail;

import java.io.InputStream;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * An immutable sequence of octets, kept in one or more chunks so that a large body is never joined only to be stored.
 *
 * <p>Thread-safe. Arrays are copied at the border: nothing a caller holds can change the sequence.
 */
public final class Octets {
    private static final Octets EMPTY = new Octets(new byte[0][], 0);

    private final byte[][] chunks;
    private final int size;

    private Octets(byte[][] chunks, int size) {
        this.chunks = chunks;
        this.size = size;
    }

    /** A sequence holding a copy of {@code bytes}. */
    public static Octets of(byte[] bytes) {
        return bytes.length == 0 ? EMPTY : new Octets(new byte[][] {bytes.clone()}, bytes.length);
    }

    /** The empty sequence. */
    public static Octets empty() {
        return EMPTY;
    }

    /** A sequence that takes over {@code chunks}: the caller gives them away and must not touch them again. */
    public static Octets adopt(List<byte[]> chunks) {
        int size = 0;
        for (byte[] chunk : chunks) {
            size = Math.addExact(size, chunk.length);
        }
        return size == 0 ? EMPTY : new Octets(chunks.toArray(byte[][]::new), size);
    }

    /** The number of octets. */
    public int size() {
        return size;
    }

    /** A fresh array with all octets. */
    public byte[] toByteArray() {
        byte[] all = new byte[size];
        int at = 0;
        for (byte[] chunk : chunks) {
            System.arraycopy(chunk, 0, all, at, chunk.length);
            at += chunk.length;
        }
        return all;
    }

    /**
     * A fresh array with the octets from {@code from} (inclusive) to {@code to} (exclusive); only these are copied.
     *
     * @throws IndexOutOfBoundsException if the range is not inside the sequence
     */
    public byte[] toByteArray(int from, int to) {
        Objects.checkFromToIndex(from, to, size);
        byte[] range = new byte[to - from];
        int start = 0;
        for (byte[] chunk : chunks) {
            int end = start + chunk.length;
            int first = Math.max(from, start);
            int last = Math.min(to, end);
            if (first < last) {
                System.arraycopy(chunk, first - start, range, first - from, last - first);
            }
            if (end >= to) {
                break;
            }
            start = end;
        }
        return range;
    }

    /** The octets up to {@code most}; without a copy where that is all of one chunk, so never to be changed. */
    byte[] beginning(int most) {
        return chunks.length == 1 && chunks[0].length <= most ? chunks[0] : toByteArray(0, Math.min(most, size));
    }

    /** A fresh stream over the octets, from the first on. It never throws and needs no closing. */
    public InputStream open() {
        return new ChunkStream(chunks);
    }

    /** The octets decoded with {@code charset}; malformed input becomes the charset's replacement. */
    public String toString(Charset charset) {
        return chunks.length == 1 ? new String(chunks[0], charset) : new String(toByteArray(), charset);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Octets that
                && size == that.size
                && ((chunks.length == 1 && that.chunks.length == 1)
                        ? Arrays.equals(chunks[0], that.chunks[0])
                        : Arrays.equals(toByteArray(), that.toByteArray()));
    }

    @Override
    public int hashCode() {
        int hash = 1;
        for (byte[] chunk : chunks) {
            for (byte octet : chunk) {
                hash = 31 * hash + octet;
            }
        }
        return hash;
    }

    @Override
    public String toString() {
        return size + " octets";
    }

    private static final class ChunkStream extends InputStream {
        private final byte[][] chunks;
        private int chunk;
        private int at;

        ChunkStream(byte[][] chunks) {
            this.chunks = chunks;
        }

        @Override
        public int read() {
            while (chunk < chunks.length && at == chunks[chunk].length) {
                chunk++;
                at = 0;
            }
            return chunk == chunks.length ? -1 : chunks[chunk][at++] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            if (length == 0) {
                return 0;
            }
            while (chunk < chunks.length && at == chunks[chunk].length) {
                chunk++;
                at = 0;
            }
            if (chunk == chunks.length) {
                return -1;
            }
            int count = Math.min(length, chunks[chunk].length - at);
            System.arraycopy(chunks[chunk], at, target, offset, count);
            at += count;
            return count;
        }

        @Override
        public int available() {
            return chunk == chunks.length ? 0 : chunks[chunk].length - at;
        }
    }
}
