package dev.restante.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.jspecify.annotations.Nullable;

/**
 * Reads certificates and keys from files. Whatever is wrong with one is refused with an {@link IllegalArgumentException} that
 * names the file, says what was found, and what to do.
 */
public final class CertificateFiles {
    private static final int MAX_OCTETS = 1 << 20;
    private static final byte[] SIGNED = {1, 2, 3};

    private static final Map<ASN1ObjectIdentifier, String> ALGORITHMS = Map.of(
            PKCSObjectIdentifiers.rsaEncryption, "RSA",
            PKCSObjectIdentifiers.id_RSASSA_PSS, "RSASSA-PSS",
            X9ObjectIdentifiers.id_ecPublicKey, "EC");

    private CertificateFiles() {}

    /**
     * Reads a certificate with its chain, and its key, from PEM files; they may be the same file.
     *
     * @param chain the server's certificate first, then its issuers
     * @param key an RSA or EC key without a password: PKCS#8, PKCS#1 or SEC 1
     */
    public static KeyAndChain pem(Path chain, Path key) {
        List<X509Certificate> certificates = certificates(chain);
        PrivateKey privateKey = privateKey(key);
        for (int i = 0; i < certificates.size(); i++) {
            if (belongs(privateKey, certificates.get(i).getPublicKey())) {
                if (i > 0) {
                    throw refused(
                            chain,
                            "its certificate " + (i + 1) + " belongs to the key in " + key + ", and not the first",
                            "Put the server's certificate first, then its issuers.");
                }
                return new KeyAndChain(privateKey, linked(chain, certificates));
            }
        }
        throw refused(
                chain,
                "none of its certificates belongs to the key in " + key + "; the first is for "
                        + certificates.get(0).getSubjectX500Principal().getName(),
                "Give the certificate and the key of one pair.");
    }

    /** Reads the one key with its certificate and chain from a PKCS#12 file. */
    public static KeyAndChain pkcs12(Path file, String password) {
        byte[] octets = octets(file);
        if (new String(octets, StandardCharsets.ISO_8859_1).contains("-----BEGIN ")) {
            throw refused(file, "it is PEM and no PKCS#12", "Give its certificate and its key as two paths.");
        }
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(octets), password.toCharArray());
            List<String> keys = new ArrayList<>();
            for (String alias : Collections.list(store.aliases())) {
                if (store.isKeyEntry(alias)) {
                    keys.add(alias);
                }
            }
            if (keys.size() != 1) {
                throw refused(
                        file,
                        keys.isEmpty()
                                ? "it holds certificates but no key"
                                : "it holds " + keys.size() + " keys: " + keys,
                        "Export one key with its chain: openssl pkcs12 -export -in chain.pem -inkey key.pem -out server.p12");
            }
            return entry(file, store, keys.get(0), password);
        } catch (IOException e) {
            if (e.getCause() instanceof UnrecoverableKeyException) {
                throw refused(file, "the password does not open it", "Give the password that it was exported with.", e);
            }
            throw refused(
                    file,
                    "it is no PKCS#12 that this Java can read (" + e.getMessage() + ")",
                    "Make one: openssl pkcs12 -export -in chain.pem -inkey key.pem -out server.p12",
                    e);
        } catch (GeneralSecurityException e) {
            throw refused(file, "this Java cannot read it (" + e.getMessage() + ")", "Give it as PEM.", e);
        }
    }

    private static KeyAndChain entry(Path file, KeyStore store, String alias, String password)
            throws GeneralSecurityException {
        Key key = store.getKey(alias, password.toCharArray());
        List<X509Certificate> chain = new ArrayList<>();
        for (Certificate each : store.getCertificateChain(alias)) {
            chain.add((X509Certificate) each);
        }
        if (!(key instanceof PrivateKey privateKey) || !ALGORITHMS.containsValue(key.getAlgorithm())) {
            throw unusable(file, String.valueOf(key == null ? "unknown" : key.getAlgorithm()));
        }
        return new KeyAndChain(privateKey, linked(file, chain));
    }

    /** Reads the certificates of a PEM file, at least one. */
    public static List<X509Certificate> certificates(Path file) {
        List<X509Certificate> certificates = new ArrayList<>();
        boolean hasKey = false;
        for (Object each : pemObjects(file)) {
            if (each instanceof X509CertificateHolder holder) {
                certificates.add(certificate(file, holder));
            } else if (each instanceof PKCS10CertificationRequest) {
                throw refused(
                        file,
                        "it holds a request for a certificate",
                        "Give the certificate that an authority made of it.");
            } else {
                hasKey |= isKey(each);
            }
        }
        if (certificates.isEmpty()) {
            throw refused(
                    file,
                    hasKey ? "it holds a key but no certificate" : "it holds no certificate",
                    hasKey
                            ? "Are the two paths swapped? The certificates come first."
                            : "Give a PEM file with -----BEGIN CERTIFICATE-----.");
        }
        return List.copyOf(certificates);
    }

    private static boolean isKey(Object pem) {
        return pem instanceof PEMKeyPair
                || pem instanceof PrivateKeyInfo
                || pem instanceof PEMEncryptedKeyPair
                || pem instanceof PKCS8EncryptedPrivateKeyInfo;
    }

    private static X509Certificate certificate(Path file, X509CertificateHolder holder) {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(holder.getEncoded()));
        } catch (GeneralSecurityException | IOException e) {
            throw refused(file, "this Java cannot read a certificate of it: " + e.getMessage(), "Make it anew.", e);
        }
    }

    private static PrivateKey privateKey(Path file) {
        PrivateKey found = null;
        boolean hasCertificate = false;
        for (Object each : pemObjects(file)) {
            PrivateKey key = null;
            if (each instanceof PEMEncryptedKeyPair || each instanceof PKCS8EncryptedPrivateKeyInfo) {
                throw refused(
                        file,
                        "its key is encrypted with a password",
                        "Take the password off for tests, openssl pkey -in " + file.getFileName()
                                + " -out plain.pem, or give a PKCS#12 file with its password.");
            } else if (each instanceof PEMKeyPair pair) {
                key = key(file, pair.getPrivateKeyInfo());
            } else if (each instanceof PrivateKeyInfo info) {
                key = key(file, info);
            } else if (each instanceof SubjectPublicKeyInfo) {
                throw refused(file, "it holds a public key", "Give the private key of the certificate.");
            } else {
                hasCertificate |= each instanceof X509CertificateHolder;
            }
            if (key != null && found != null) {
                throw refused(file, "it holds more than one key", "Leave in it the key of the certificate.");
            }
            found = key == null ? found : key;
        }
        if (found == null) {
            throw refused(
                    file,
                    hasCertificate ? "it holds a certificate but no key" : "it holds no private key",
                    hasCertificate
                            ? "Are the two paths swapped? The key comes second."
                            : "Give a PEM file with -----BEGIN PRIVATE KEY-----.");
        }
        return found;
    }

    private static PrivateKey key(Path file, PrivateKeyInfo info) {
        ASN1ObjectIdentifier oid = info.getPrivateKeyAlgorithm().getAlgorithm();
        String algorithm = ALGORITHMS.get(oid);
        if (algorithm == null) {
            throw unusable(
                    file,
                    EdECObjectIdentifiers.id_Ed25519.equals(oid)
                            ? "Ed25519"
                            : EdECObjectIdentifiers.id_Ed448.equals(oid) ? "Ed448" : oid.getId());
        }
        try {
            PrivateKey key =
                    KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(info.getEncoded()));
            // A curve that this Java can read is not always one that it can use.
            signature(key);
            return key;
        } catch (GeneralSecurityException | IOException e) {
            throw refused(
                    file,
                    "this Java cannot use its " + algorithm + " key: " + e.getMessage(),
                    "Use RSA with 2,048 bits, or the curve prime256v1 by its name.",
                    e);
        }
    }

    private static IllegalArgumentException unusable(Path file, String algorithm) {
        return refused(
                file,
                "Java's TLS has no use for its " + algorithm + " key",
                "Use RSA or an elliptic curve: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256");
    }

    private static List<Object> pemObjects(Path file) {
        byte[] octets = octets(file);
        String text = new String(octets, StandardCharsets.ISO_8859_1);
        // Some editors put a mark before the first line, which would hide it.
        text = text.startsWith("\u00ef\u00bb\u00bf") ? text.substring(3) : text;
        if (!text.contains("-----BEGIN ")) {
            boolean isBinary = octets.length > 1 && octets[0] == 0x30;
            throw refused(
                    file,
                    octets.length == 0
                            ? "it is empty"
                            : isBinary ? "it is binary: DER, or PKCS#12" : "it is no PEM: it has no -----BEGIN",
                    isBinary
                            ? "Convert DER, openssl x509 -inform der -in it -out it.pem, or give PKCS#12 with its password."
                            : "Give a PEM file.");
        }
        List<Object> all = new ArrayList<>();
        try (PEMParser parser = new PEMParser(new StringReader(text))) {
            for (Object next = parser.readObject(); next != null; next = parser.readObject()) {
                all.add(next);
            }
            return all;
        } catch (IOException | RuntimeException e) {
            throw refused(
                    file,
                    "what follows -----BEGIN number " + (all.size() + 1) + " is damaged (" + e.getMessage() + ")",
                    "Was it cut, or its lines joined? Copy the file anew.",
                    e);
        }
    }

    private static byte[] octets(Path file) {
        try {
            if (Files.isDirectory(file)) {
                throw refused(file, "it is a folder", "Give the path of a file.");
            } else if (Files.exists(file) && Files.size(file) > MAX_OCTETS) {
                throw refused(file, "it has " + Files.size(file) + " octets", "Is it the right file?");
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw refused(
                    file,
                    "there is no such file",
                    file.isAbsolute()
                            ? "Check the path."
                            : "The path is taken from " + Path.of("").toAbsolutePath() + ".",
                    e);
        } catch (AccessDeniedException e) {
            throw refused(file, "it may not be read", "Let the user of this JVM read it.", e);
        } catch (IOException e) {
            throw refused(file, "reading failed: " + e, "Check the path.", e);
        }
    }

    /** The chain up to where each certificate is signed by the next; one out of place is refused. */
    private static List<X509Certificate> linked(Path file, List<X509Certificate> chain) {
        for (int i = 0; i + 1 < chain.size(); i++) {
            try {
                chain.get(i).verify(chain.get(i + 1).getPublicKey());
            } catch (GeneralSecurityException e) {
                throw refused(
                        file,
                        "its certificate " + (i + 2) + " ("
                                + chain.get(i + 1).getSubjectX500Principal().getName() + ") did not sign certificate "
                                + (i + 1) + " ("
                                + chain.get(i).getSubjectX500Principal().getName() + ")",
                        "Each certificate is followed by its issuer; leave others out.",
                        e);
            }
        }
        return chain;
    }

    private static boolean belongs(PrivateKey key, PublicKey candidate) {
        if (key.getAlgorithm().equals("RSASSA-PSS")) {
            return candidate.getAlgorithm().equals("RSASSA-PSS");
        }
        try {
            Signature verifier = Signature.getInstance(signing(key));
            verifier.initVerify(candidate);
            verifier.update(SIGNED);
            return verifier.verify(signature(key));
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static String signing(PrivateKey key) {
        return key.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA";
    }

    private static byte[] signature(PrivateKey key) throws GeneralSecurityException {
        if (key.getAlgorithm().equals("RSASSA-PSS")) {
            return new byte[0];
        }
        Signature signer = Signature.getInstance(signing(key));
        signer.initSign(key);
        signer.update(SIGNED);
        return signer.sign();
    }

    private static IllegalArgumentException refused(Path file, String found, String advice) {
        return refused(file, found, advice, null);
    }

    private static IllegalArgumentException refused(Path file, String found, String advice, @Nullable Throwable cause) {
        return new IllegalArgumentException("Cannot use " + file + ": " + found + ". " + advice, cause);
    }
}
