package dev.restante.web;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.jspecify.annotations.Nullable;

/** Small pictures of pictures. */
final class Thumbnail {
    private static final int WIDTH = 180;
    private static final int HEIGHT = 120;
    /** A picture that unpacks to more than this is not unpacked. */
    private static final long MAX_PIXELS = 40_000_000;

    private Thumbnail() {}

    /** A JPEG that the picture fills; around a small one there is white, and nothing else if it cannot be read. */
    static byte[] of(byte[] content) {
        BufferedImage canvas = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = canvas.createGraphics();
        try {
            pen.setColor(Color.WHITE);
            pen.fillRect(0, 0, WIDTH, HEIGHT);
            BufferedImage picture = read(content);
            if (picture != null) {
                draw(pen, picture);
            }
        } finally {
            pen.dispose();
        }
        return jpeg(canvas);
    }

    private static @Nullable BufferedImage read(byte[] content) {
        try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(content))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                return null;
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(in, true, true);
                long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
                return pixels > MAX_PIXELS ? null : reader.read(0);
            } finally {
                reader.dispose();
            }
        } catch (IOException | RuntimeException e) {
            return null; // broken pictures make readers fail in every way
        }
    }

    private static void draw(Graphics2D pen, BufferedImage picture) {
        int width = picture.getWidth();
        int height = picture.getHeight();
        double scale = Math.max((double) WIDTH / width, (double) HEIGHT / height);
        if (width < WIDTH || height < HEIGHT) {
            scale = Math.min(1, Math.min((double) WIDTH / width, (double) HEIGHT / height));
        }
        int w = (int) Math.max(1, Math.round(width * scale));
        int h = (int) Math.max(1, Math.round(height * scale));
        pen.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        pen.drawImage(picture, (WIDTH - w) / 2, (HEIGHT - h) / 2, w, h, null);
    }

    private static byte[] jpeg(BufferedImage picture) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            ImageIO.write(picture, "jpg", out);
        } catch (IOException e) {
            throw new UncheckedIOException("In memory nothing fails.", e);
        }
        return bytes.toByteArray();
    }
}
