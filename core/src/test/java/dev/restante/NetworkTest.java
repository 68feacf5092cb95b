package dev.restante;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Networks and how addresses are spelled. */
@Timeout(10)
class NetworkTest {
    @ParameterizedTest
    @CsvSource({
        "::1, ::1",
        "0:0:0:0:0:0:0:0, ::",
        "2001:DB8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "fe80::, fe80::",
        "1:0:0:2:0:0:0:3, 1:0:0:2::3",
        "10.0.0.1, 10.0.0.1"
    })
    void addressesAreSpelledAsRfc5952Says(String address, String spelled) throws UnknownHostException {
        SmtpClient client = new SmtpClient(
                new InetSocketAddress(InetAddress.getByName(address), 25),
                Optional.empty(),
                false,
                Optional.empty(),
                Optional.empty());
        assertThat(client.ip()).isEqualTo(spelled);
        assertThat(client).hasToString(spelled.contains(":") ? "[" + spelled + "]:25" : spelled + ":25");
    }

    @ParameterizedTest
    @CsvSource({
        "::ffff:127.0.0.0/104, 127.0.0.1, true",
        "::ffff:127.0.0.0/104, 128.0.0.1, false",
        "::ffff:10.0.0.1, 10.0.0.1, true",
        "::ffff:0.0.0.0/96, 10.0.0.1, true",
        "10.0.0.0/8, 10.9.8.7, true",
        "!10.0.0.0/8, 10.9.8.7, false",
        "2001:db8::/32, 2001:db8:ffff::1, true",
        "2001:db8::/32, 10.0.0.1, false"
    })
    void aNetworkContainsWhatLiesInIt(String network, String address, boolean inside) throws UnknownHostException {
        assertThat(Network.of(network).contains(InetAddress.getByName(address))).isEqualTo(inside);
    }

    @Test
    void whatIsNoNetworkIsRefused() {
        for (String text :
                new String[] {"::ffff:10.0.0.0/95", "10.0.0.0/33", "host.test", "10.0.0", "::/129", "10.0.0.0/-1"}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Network.of(text))
                    .withMessageStartingWith("\"" + text + "\" is no network.");
        }
    }
}
