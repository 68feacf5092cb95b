package dev.restante.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Builds a project of somebody's against the packaged jars and runs it, on each JUnit that is promised. Maven runs this after
 * packaging and says where the jars are.
 */
@Timeout(240)
class PackagedJarsTest {
    private static final Path SOURCES = Path.of("src/consumer/java/consumer");
    private static final List<String> NOT_THE_CONSUMERS = List.of(
            "/org/junit/",
            "/org/opentest4j/",
            "/org/apiguardian/",
            "/org/springframework/",
            "/com/tngtech/",
            "/org/yaml/");

    @TempDir
    Path project;

    private List<Path> classPath;

    @BeforeEach
    void findTheJars() {
        String jar = System.getProperty("restante.consumer.jar", "");
        assumeThat(jar).as("run by mvn verify, after packaging").isNotEmpty();
        classPath = new ArrayList<>(List.of(Path.of(jar)));
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> NOT_THE_CONSUMERS.stream().noneMatch(entry.replace('\\', '/')::contains))
                .map(Path::of)
                .filter(entry -> entry.toString().endsWith(".jar") && !entry.equals(classPath.get(0)))
                .forEach(classPath::add);
        assertThat(classPath)
                .allSatisfy(entry -> assertThat(entry).isRegularFile())
                .anySatisfy(entry -> assertThat(entry.getFileName().toString()).startsWith("restante-core-"))
                .anySatisfy(
                        entry -> assertThat(entry.getFileName().toString()).startsWith("restante-junit-extension-"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.12.2", "1.14.4", "6.0.3", "6.1.3"})
    void serveEveryJUnitFrom512On(String platform) throws IOException, InterruptedException {
        Path junit = junit(platform);
        assertThat(junit).isRegularFile();
        classPath.add(junit);
        compile("ConsumerTest.java", "ConsumerMail.java");

        String output = run(
                "org.junit.platform.console.ConsoleLauncher",
                "execute",
                "--disable-banner",
                "--disable-ansi-colors",
                "--details=tree",
                "--select-class=consumer.ConsumerTest");

        assertThat(output)
                .as(output)
                .containsPattern("\\[ +10 tests successful +]")
                .containsPattern("\\[ +2 tests failed +]")
                .contains("Strict check of the server in field smtp of consumer.ConsumerTest")
                .contains("Expected the subject \"Your order 43\", but it is \"Your order 42\".")
                .contains("restante.smtp.transcript")
                .contains("Mail evidence: target");
        try (Stream<Path> evidence = Files.walk(project.resolve("target/restante"))) {
            assertThat(evidence.map(file -> file.getFileName().toString()))
                    .contains("failure.txt", "transcript.txt", "summary.txt", "mail-01.eml")
                    .anySatisfy(name -> assertThat(name).startsWith("ConsumerTest.failsAndLeavesEvidence-"));
        }
    }

    @Test
    void needNoJUnitForTheAssertions() throws IOException, InterruptedException {
        compile("WithoutJUnit.java", "ConsumerMail.java");
        assertThat(run("consumer.WithoutJUnit"))
                .contains("passed without JUnit: Expected the subject \"x\", but it is \"Your order 42\".");
    }

    @Test
    void serveKotlin() throws IOException, InterruptedException {
        String compiled = kotlin("KotlinConsumerTest.kt");
        classPath.addAll(jarsIn("kotlin"));
        String output = run(
                "org.junit.platform.console.ConsoleLauncher",
                "execute",
                "--disable-banner",
                "--disable-ansi-colors",
                "--select-class=consumer.KotlinConsumerTest");
        assertThat(output).as(compiled + output).containsPattern("\\[ +5 tests successful +]");
    }

    @Test
    void tellKotlinWhatMayNotBeNull() throws IOException, InterruptedException {
        String refused = kotlin("NullsOfKotlin.kt");
        for (int line = 10; line <= 13; line++) {
            assertThat(refused).containsPattern("NullsOfKotlin.kt:" + line + ":\\d+: error: ");
        }
    }

    /** Compiles a file of Kotlin, and returns what the compiler says. */
    private String kotlin(String file) throws IOException, InterruptedException {
        compile("ConsumerMail.java");
        List<Path> compiler = jarsIn("kotlin");
        classPath.add(junit("1.14.4"));
        List<Path> all = new ArrayList<>(classPath);
        all.add(project);
        all.addAll(compiler);
        return runWith(
                compiler,
                "org.jetbrains.kotlin.cli.jvm.K2JVMCompiler",
                "-no-stdlib",
                "-no-reflect",
                "-jvm-target",
                "17",
                "-Werror",
                "-cp",
                joined(all),
                "-d",
                project.toString(),
                Path.of("src/consumer/kotlin/consumer", file).toAbsolutePath().toString());
    }

    @Test
    void serveSpock() throws IOException, InterruptedException {
        compile("ConsumerMail.java");
        classPath.addAll(jarsIn("groovy"));
        classPath.add(junit("1.14.4"));
        String compiled = run(
                "org.codehaus.groovy.tools.FileSystemCompiler",
                "-d",
                project.toString(),
                Path.of("src/consumer/groovy/consumer/SpockConsumerSpec.groovy")
                        .toAbsolutePath()
                        .toString());
        String output = run(
                "org.junit.platform.console.ConsoleLauncher",
                "execute",
                "--disable-banner",
                "--disable-ansi-colors",
                "--include-engine=spock",
                "--select-class=consumer.SpockConsumerSpec");
        assertThat(output).as(compiled + output).containsPattern("\\[ +2 tests successful +]");
    }

    @Test
    void serveTestNg() throws IOException, InterruptedException {
        classPath.addAll(jarsIn("testng"));
        compile("TestNgConsumer.java", "ConsumerMail.java");
        assertThat(run("org.testng.TestNG", "-usedefaultlisteners", "false", "-testclass", "consumer.TestNgConsumer"))
                .contains("Total tests run: 1, Passes: 1");
    }

    @Test
    void serveSpringBoot35() throws IOException, InterruptedException {
        classPath.addAll(entriesOfOurs("/org/springframework/"));
        serveSpring("1.14.4");
    }

    @Test
    void serveSpringBoot41() throws IOException, InterruptedException {
        classPath.removeIf(entry -> entry.toString().contains("micrometer"));
        classPath.addAll(jarsIn("spring"));
        serveSpring("6.1.3");
    }

    private void serveSpring(String platform) throws IOException, InterruptedException {
        classPath.add(junit(platform));
        compile("../../spring/consumer/SpringConsumerTest.java");
        String test = "--select-class=consumer.SpringConsumerTest$";
        String output = run(
                "org.junit.platform.console.ConsoleLauncher",
                "execute",
                "--disable-banner",
                "--disable-ansi-colors",
                test + "FirstTest",
                test + "SecondTest",
                test + "ThirdTest",
                test + "ZLastTest");
        assertThat(output)
                .as(output)
                .containsPattern("\\[ +6 tests successful +]")
                .containsPattern("\\[ +0 tests failed +]");
    }

    @Test
    void serveMicronaut() throws IOException, InterruptedException {
        // versions of its own; ours are among the test's dependencies for other reasons
        classPath.removeIf(entry -> Stream.of("micrometer", "annotation-api", "reactive")
                .anyMatch(entry.getFileName().toString()::contains));
        classPath.addAll(jarsIn("micronaut"));
        classPath.add(junit("1.14.4"));
        List<Path> processors = new ArrayList<>(jarsIn("micronaut-processor"));
        processors.addAll(classPath);
        compile(
                List.of("-parameters", "-cp", joined(classPath), "--processor-path", joined(processors)),
                "../../micronaut/consumer/MicronautConsumerTest.java");
        String test = "--select-class=consumer.MicronautConsumerTest$";
        String output = run(
                "org.junit.platform.console.ConsoleLauncher",
                "execute",
                "--disable-banner",
                "--disable-ansi-colors",
                test + "ByPropertyProviderTest",
                test + "BySystemPropertiesTest");
        assertThat(output)
                .as(output)
                .containsPattern("\\[ +3 tests successful +]")
                .containsPattern("\\[ +0 tests failed +]");
    }

    /** As build tools do it: what module-info requires is on the module path, all else on the class path. */
    @Test
    void serveANamedModule() throws IOException, InterruptedException {
        List<Path> modules = modules();
        List<Path> others = new ArrayList<>(classPath);
        others.removeAll(modules);
        compileModule(modules);
        assertThat(runModule(modules, "-cp", joined(others), "--add-modules", "org.junit.jupiter.engine"))
                .contains("in module consumer.mail, module dev.restante.junit, module dev.restante: 1 succeeded");
    }

    @Test
    void serveANamedModuleWithEverythingOnTheModulePath() throws IOException, InterruptedException {
        List<Path> modules = new ArrayList<>(modules());
        classPath.stream()
                .filter(entry -> !modules.contains(entry))
                .filter(entry -> Stream.of(
                                "spring",
                                "greenmail",
                                "log4j",
                                "jul-to",
                                "micrometer",
                                "annotation-api",
                                "angus/jakarta.mail")
                        .noneMatch(entry.toString().replace('\\', '/')::contains))
                .forEach(modules::add);
        compileModule(modules);
        assertThat(runModule(modules, "--add-modules", "ALL-MODULE-PATH"))
                .contains("in module consumer.mail, module dev.restante.junit, module dev.restante: 1 succeeded");
    }

    private List<Path> modules() {
        List<Path> modules = new ArrayList<>(
                entriesOfOurs("/org/junit/jupiter/", "/org/junit/platform/", "/opentest4j", "/apiguardian"));
        modules.removeIf(entry -> entry.toString().contains("testkit"));
        classPath.stream()
                .filter(entry -> Stream.of(
                                "restante-", "jakarta.mail-api", "jakarta.activation-api", "assertj-core", "byte-buddy")
                        .anyMatch(entry.getFileName().toString()::startsWith))
                .forEach(modules::add);
        return modules;
    }

    private void compileModule(List<Path> modules) throws IOException {
        compile(
                List.of("--module-path", joined(modules)),
                "../../modular/module-info.java",
                "../../modular/consumer/mail/ModularTest.java");
    }

    private String runModule(List<Path> modules, String... options) throws IOException, InterruptedException {
        List<String> arguments =
                new ArrayList<>(List.of("--module-path", joined(modules) + File.pathSeparator + project));
        arguments.addAll(List.of(options));
        arguments.addAll(List.of("-m", "consumer.mail/consumer.mail.ModularTest"));
        return java(arguments);
    }

    private static List<Path> entriesOfOurs(String... parts) {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> Stream.of(parts).anyMatch(entry.replace('\\', '/')::contains))
                .map(Path::of)
                .toList();
    }

    private static List<Path> jarsIn(String folder) throws IOException {
        try (Stream<Path> jars = Files.list(Path.of(System.getProperty("restante.consumer.junits"), folder))) {
            return jars.sorted().toList();
        }
    }

    private static Path junit(String platform) {
        return Path.of(
                System.getProperty("restante.consumer.junits"),
                "junit-platform-console-standalone-" + platform + ".jar");
    }

    private void compile(String... sources) throws IOException {
        compile(List.of("-cp", joined(classPath)), sources);
    }

    private void compile(List<String> paths, String... sources) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            List<String> options = new ArrayList<>(List.of("--release", "17", "-d", project.toString()));
            options.addAll(paths);
            boolean compiled = compiler.getTask(
                            null,
                            files,
                            null,
                            options,
                            null,
                            files.getJavaFileObjectsFromPaths(
                                    Stream.of(sources).map(SOURCES::resolve).toList()))
                    .call();
            assertThat(compiled).as("the consumer's sources compile").isTrue();
        }
    }

    private String run(String main, String... arguments) throws IOException, InterruptedException {
        return runWith(classPath, main, arguments);
    }

    private String runWith(List<Path> jars, String main, String... arguments) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("-cp", joined(jars) + File.pathSeparator + project, main));
        all.addAll(List.of(arguments));
        return java(all);
    }

    private String java(List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(arguments);
        Path output = project.resolve("output.txt");
        Files.createDirectories(project.resolve("target"));
        Process process = new ProcessBuilder(command)
                .directory(project.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(200, TimeUnit.SECONDS)).as("it ended").isTrue();
        return Files.readString(output, StandardCharsets.UTF_8);
    }

    private static String joined(List<Path> paths) {
        return String.join(
                File.pathSeparator,
                paths.stream().map(path -> path.toAbsolutePath().toString()).toList());
    }
}
