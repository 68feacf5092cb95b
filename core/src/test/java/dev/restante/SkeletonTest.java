package dev.restante;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.ZoneId;
import org.junit.jupiter.api.Test;

class SkeletonTest {
    @Test
    void runsInATimeZoneThatNobodyIsIn() {
        assertThat(ZoneId.systemDefault()).isEqualTo(ZoneId.of("Australia/Sydney"));
    }
}
