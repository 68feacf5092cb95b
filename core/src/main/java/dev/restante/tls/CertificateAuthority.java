package dev.restante.tls;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1BitString;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.IPAddress;

/**
 * A certificate authority that lives as long as its server. Nobody trusts it but those who are told to.
 *
 * <p>Immutable and thread-safe.
 */
final class CertificateAuthority {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Duration LIFETIME = Duration.ofDays(365);

    private final X509Certificate certificate;
    private final PrivateKey key;

    private CertificateAuthority(X509Certificate certificate, PrivateKey key) {
        this.certificate = certificate;
        this.key = key;
    }

    static CertificateAuthority generate(String commonName) {
        try {
            KeyPair pair = keyPair();
            X500Name name = named(commonName);
            Instant now = Instant.now();
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    name,
                    serial(),
                    date(now.minus(Duration.ofDays(1))),
                    date(now.plus(LIFETIME)),
                    name,
                    pair.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            builder.addExtension(
                    Extension.subjectKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils().createSubjectKeyIdentifier(pair.getPublic()));
            return new CertificateAuthority(signed(builder, pair.getPrivate()), pair.getPrivate());
        } catch (GeneralSecurityException | CertIOException | OperatorCreationException e) {
            throw new IllegalStateException(
                    "Cannot generate a certificate authority on this Java: " + e.getMessage(), e);
        }
    }

    X509Certificate certificate() {
        return certificate;
    }

    /** The keys that certificates are issued for. */
    enum Key {
        /** What everybody takes and is made fast: elliptic curve P-256. */
        EC,
        /** For clients that were told to want it: RSA with 2,048 bits. */
        RSA,
        /** What clients refuse: RSA with 768 bits. Java takes no less than 1,024, OpenSSL no less than 1,024 or 2,048. */
        WEAK_RSA;

        KeyPair generate() throws GeneralSecurityException {
            if (this == EC) {
                return keyPair();
            }
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(this == RSA ? 2048 : 768);
            return generator.generateKeyPair();
        }
    }

    /** Issues a server certificate for these names and addresses, valid between these times. */
    KeyAndChain issue(List<String> hosts, Instant notBefore, Instant notAfter, Key kind) {
        try {
            KeyPair pair = kind.generate();
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    certificate, serial(), date(notBefore), date(notAfter), named(hosts.get(0)), pair.getPublic());
            describeServer(builder, hosts, pair);
            return new KeyAndChain(pair.getPrivate(), List.of(endEntity(builder, pair, certificate, key), certificate));
        } catch (GeneralSecurityException | CertIOException | OperatorCreationException e) {
            throw new IllegalStateException("Cannot issue a certificate for " + hosts + ": " + e.getMessage(), e);
        }
    }

    /** A server certificate that no authority signed, for these names and addresses. */
    static KeyAndChain selfSigned(List<String> hosts, Instant notBefore, Instant notAfter) {
        try {
            KeyPair pair = keyPair();
            X500Name name = named(hosts.get(0));
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    name, serial(), date(notBefore), date(notAfter), name, pair.getPublic());
            describeServer(builder, hosts, pair);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            return new KeyAndChain(pair.getPrivate(), List.of(signed(builder, pair.getPrivate())));
        } catch (GeneralSecurityException | CertIOException | OperatorCreationException e) {
            throw new IllegalStateException("Cannot make a certificate for " + hosts + ": " + e.getMessage(), e);
        }
    }

    /** Issues a client certificate whose subject has this name; an address is an alternative name of its own, too. */
    KeyAndChain issueClient(String name, Instant notBefore, Instant notAfter) {
        try {
            KeyPair pair = keyPair();
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    certificate, serial(), date(notBefore), date(notAfter), named(name), pair.getPublic());
            if (name.indexOf('@') > 0) {
                builder.addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(new GeneralName(GeneralName.rfc822Name, name)));
            }
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(
                    Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_clientAuth));
            return new KeyAndChain(pair.getPrivate(), List.of(endEntity(builder, pair, certificate, key), certificate));
        } catch (GeneralSecurityException | CertIOException | OperatorCreationException e) {
            throw new IllegalStateException(
                    "Cannot issue a client certificate for \"" + name + "\": " + e.getMessage(), e);
        }
    }

    private static void describeServer(JcaX509v3CertificateBuilder builder, List<String> hosts, KeyPair pair)
            throws CertIOException {
        List<GeneralName> names = new ArrayList<>();
        for (String host : hosts) {
            // A host name may be an address literal of SMTP (RFC 5321 section 4.1.3).
            String bare = host.replaceFirst("^\\[(?i:IPv6:)?(.*)]$", "$1");
            names.add(new GeneralName(IPAddress.isValid(bare) ? GeneralName.iPAddress : GeneralName.dNSName, bare));
        }
        builder.addExtension(
                Extension.subjectAlternativeName, false, new GeneralNames(names.toArray(GeneralName[]::new)));
        // The older cipher suites of RSA encrypt to the server's key, newer ones only have it sign.
        boolean encrypts = pair.getPrivate().getAlgorithm().equals("RSA");
        builder.addExtension(
                Extension.keyUsage,
                true,
                new KeyUsage(KeyUsage.digitalSignature | (encrypts ? KeyUsage.keyEncipherment : 0)));
        builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
    }

    /** Signs the certificate of somebody who is no authority. */
    private static X509Certificate endEntity(
            JcaX509v3CertificateBuilder builder, KeyPair pair, X509Certificate issuer, PrivateKey signer)
            throws GeneralSecurityException, CertIOException, OperatorCreationException {
        JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
        builder.addExtension(Extension.authorityKeyIdentifier, false, extensions.createAuthorityKeyIdentifier(issuer));
        builder.addExtension(
                Extension.subjectKeyIdentifier, false, extensions.createSubjectKeyIdentifier(pair.getPublic()));
        return signed(builder, signer);
    }

    private static X509Certificate signed(JcaX509v3CertificateBuilder builder, PrivateKey signer)
            throws GeneralSecurityException, OperatorCreationException {
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer)));
    }

    private static KeyPair keyPair() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair pair = generator.generateKeyPair();
        return new KeyPair(pair.getPublic(), withPublicKey(pair));
    }

    /** The private key in an encoding that has the public one beside it, as GnuTLS wants it in files and Java does not. */
    private static PrivateKey withPublicKey(KeyPair pair) throws GeneralSecurityException {
        try {
            PrivateKeyInfo bare = PrivateKeyInfo.getInstance(pair.getPrivate().getEncoded());
            ASN1BitString publicKey = SubjectPublicKeyInfo.getInstance(
                            pair.getPublic().getEncoded())
                    .getPublicKeyData();
            BigInteger secret = ECPrivateKey.getInstance(bare.parsePrivateKey()).getKey();
            ECPrivateKey both = new ECPrivateKey(
                    256, secret, publicKey, bare.getPrivateKeyAlgorithm().getParameters());
            byte[] encoded = new PrivateKeyInfo(bare.getPrivateKeyAlgorithm(), both).getEncoded();
            return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (IOException e) {
            throw new GeneralSecurityException("A key of this Java cannot be read: " + e.getMessage(), e);
        }
    }

    private static X500Name named(String commonName) {
        return new X500NameBuilder().addRDN(BCStyle.CN, commonName).build();
    }

    private static BigInteger serial() {
        return new BigInteger(127, RANDOM);
    }

    private static Date date(Instant instant) {
        return Date.from(instant);
    }

    /** The certificate as PEM. */
    static String pem(X509Certificate certificate) {
        try {
            return "-----BEGIN CERTIFICATE-----\n"
                    + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded())
                    + "\n-----END CERTIFICATE-----\n";
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("A certificate cannot be encoded: " + e.getMessage(), e);
        }
    }
}
