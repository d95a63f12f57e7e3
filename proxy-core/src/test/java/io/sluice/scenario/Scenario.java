package io.sluice.scenario;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Timeout;

/** Marks a class of scenarios: none hangs for longer than this, even in a read or write that nobody answers. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Timeout(value = 40, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@interface Scenario {}
