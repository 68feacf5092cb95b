package dev.restante.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A user and a password as options take them.
 *
 * @param user the name, without a colon
 * @param password everything behind the first colon
 */
record Login(String user, String password) {
    /** Without the password. */
    @Override
    public String toString() {
        return user + ":****";
    }

    /** Reads {@code ann:secret}. */
    static final class Converter implements ITypeConverter<Login> {
        @Override
        public Login convert(String text) {
            int colon = text.indexOf(':');
            if (colon < 1 || colon == text.length() - 1) {
                // The text may hold a password: it is not repeated.
                throw new TypeConversionException("a login is written NAME:PASSWORD");
            }
            return new Login(text.substring(0, colon), text.substring(colon + 1));
        }
    }
}
