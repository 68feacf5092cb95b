#!/usr/bin/env bash
# What a stage pays for being scriptable, in nanoseconds and octets allocated (JMH). Build first: mvn -DskipTests install
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for artifact in org.openjdk.jmh:jmh-core:1.37 org.openjdk.jmh:jmh-generator-annprocess:1.37 \
  net.sf.jopt-simple:jopt-simple:5.0.4 org.apache.commons:commons-math3:3.6.1; do
  mvn -q -B dependency:copy -Dartifact="$artifact" -DoutputDirectory="$work/lib" >/dev/null
done
mvn -q -B -pl core dependency:build-classpath -Dmdep.outputFile="$work/classpath" -DincludeScope=runtime >/dev/null
classpath=core/target/classes:$(cat "$work/classpath"):$work/lib/*
javac -d "$work/classes" -cp "$classpath" -processorpath "$(printf "%s:" "$work"/lib/*.jar)" core/src/benchmark/java/dev/restante/benchmark/*.java
java -cp "$work/classes:$classpath" org.openjdk.jmh.Main -prof gc "$@"
