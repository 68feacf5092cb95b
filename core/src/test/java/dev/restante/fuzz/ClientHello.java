package dev.restante.fuzz;

import java.nio.ByteBuffer;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/** The first flight of a TLS client. */
final class ClientHello {
    static final byte[] OCTETS = make();

    private ClientHello() {}

    private static byte[] make() {
        try {
            SSLEngine engine = SSLContext.getDefault().createSSLEngine("mx.test", 25);
            engine.setUseClientMode(true);
            ByteBuffer record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
            engine.beginHandshake();
            engine.wrap(ByteBuffer.allocate(0), record);
            return Arrays.copyOf(record.array(), record.position());
        } catch (NoSuchAlgorithmException | SSLException e) {
            throw new IllegalStateException("Java can make a ClientHello.", e);
        }
    }
}
