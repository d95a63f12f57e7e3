package io.sluice.scenario;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Marks a class of scenarios that run from clients of HTTP/1.1 and of HTTP/2, in clear: what they see is the same. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Scenario
@ParameterizedClass(name = "{0}")
@EnumSource(value = Relaying.class, names = {"DEFAULT", "HTTP2"})
@interface BothVersions {}
