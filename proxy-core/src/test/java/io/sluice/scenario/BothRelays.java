package io.sluice.scenario;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Marks a class of scenarios that run with copied bodies, with spliced ones, over TLS on either side, and from clients of
 * HTTP/2: nobody may tell them apart.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Scenario
@ParameterizedClass(name = "{0}")
@EnumSource(value = Relaying.class, names = {"COPIED", "SPLICED", "ENCRYPTED", "ENCRYPTED_BEHIND", "HTTP2"})
@interface BothRelays {}
