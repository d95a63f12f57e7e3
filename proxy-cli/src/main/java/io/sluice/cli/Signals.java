package io.sluice.cli;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/**
 * Operating-system signals. The JDK has them only in {@code sun.misc} (module jdk.unsupported), where the compiler warns of
 * every mention; so they are reached by reflection, here and nowhere else. <em>Thread-safe.</em>
 */
final class Signals {
    private Signals() {}

    /**
     * Runs an action whenever the process gets a signal, in place of what it did before.
     *
     * @param name   without {@code SIG}: {@code TERM}, {@code INT}, {@code HUP}
     * @param action run on a thread of its own, another for each signal; must not throw
     * @return false where there is no such signal, or the JVM keeps it for itself (as with {@code -Xrs})
     */
    static boolean handle(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object onSignal = Proxy.newProxyInstance(
                    Signals.class.getClassLoader(),
                    new Class<?>[] {handler},
                    (self, method, arguments) -> answer(self, method, arguments, action));
            Object named = signal.getConstructor(String.class).newInstance(name);
            signal.getMethod("handle", signal, handler).invoke(null, named, onSignal);
            return true;
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException) {
                return false;
            }
            throw new IllegalStateException(e);
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }

    private static Object answer(Object self, Method method, Object[] arguments, Runnable action) {
        return switch (method.getName()) {
            case "handle" -> {
                action.run();
                yield null;
            }
            case "equals" -> self == arguments[0];
            case "hashCode" -> System.identityHashCode(self);
            default -> "signal handler";
        };
    }
}
