package dev.restante.cli;

import dev.restante.relay.Route;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code ann:secret}. */
final class Login implements ITypeConverter<Route.Login> {
    @Override
    public Route.Login convert(String text) {
        // The text may hold a password: it is not repeated.
        return Route.Login.of(Quoted.plain(text))
                .orElseThrow(() -> new TypeConversionException("a login is written NAME:PASSWORD"));
    }
}
