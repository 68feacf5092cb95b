package dev.restante;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.opentest4j.TestAbortedException;

@Timeout(60)
class OutsideProgramTest {
    @Test
    void thatIsMissingSaysHowToInstallIt() {
        boolean failsRatherThanSkips = "true".equals(System.getenv("CI"));

        assertThatThrownBy(() -> OutsideProgram.named("no-such-program", "its-package"))
                .isInstanceOf(failsRatherThanSkips ? AssertionError.class : TestAbortedException.class)
                .hasMessageContaining("no-such-program is not installed")
                .hasMessageContaining("apt-get install its-package");
    }

    @Test
    void isGivenItsInputAndKeepsWhatItSaid() {
        OutsideProgram.Result result =
                OutsideProgram.named("sh", "dash").reading("grüße\n").run("-c", "cat; echo problem >&2; exit 3");

        assertThat(result.exitCode()).isEqualTo(3);
        assertThat(result.out()).isEqualTo("grüße\n");
        assertThat(result.err()).isEqualTo("problem\n");
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> result.expectExit(0))
                .withMessageContaining("exit code 3")
                .withMessageContaining("problem");
    }

    @Test
    void isEndedWhenItTakesTooLong() {
        OutsideProgram shell = OutsideProgram.named("sh", "dash");

        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> shell.run(Duration.ofMillis(200), "-c", "echo begun; sleep 60 & wait"))
                .withMessageContaining("Not done within")
                .withMessageContaining("begun");
    }
}
