package io.sluice.admin;

import io.sluice.config.Cidr;
import io.sluice.config.HostPort;
import io.sluice.config.Secret;
import io.sluice.config.SluiceConfig;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * {@code /config}: the configuration in force, defaults filled in. <em>Immutable.</em>
 *
 * <p>It is made of the records, so that a new option is shown without anybody thinking of it. What is secret is hidden by
 * its type, {@link Secret} or a private key; values of headers and query parameters are texts of the operator's, hidden by
 * their names.
 *
 * @param config what is in force
 */
record ConfigPage(Supplier<SluiceConfig> config) implements AdminPage {
    private static final Pattern SECRET_NAME = Pattern.compile(
            "(?i).*(auth|cookie|token|secret|passw|credential|session|signature|key).*");

    @Override
    public Answer answer(AdminRequest request) {
        request.parameters();
        JsonText json = new JsonText();
        write(config.get(), json);
        return Answer.json(json);
    }

    /** Writes any value of a configuration. */
    static void write(Object value, JsonText to) {
        switch (value) {
            case null -> to.value(null);
            case HostPort address -> to.value(address.toString());
            case Cidr block -> to.value(block.toString());
            case Duration time -> to.value(text(time));
            case Long number when number == Long.MAX_VALUE -> to.value("unlimited");
            case Integer number when number == Integer.MAX_VALUE -> to.value("unlimited");
            case Number number -> to.value(number.longValue());
            case Boolean flag -> to.value(flag);
            case Enum<?> word -> to.value(camelCase(word.name()));
            case Path path -> to.value(path.toString());
            case X509Certificate certificate -> to.value(certificate.getSubjectX500Principal().getName());
            // What it says of itself is its library's affair.
            case PrivateKey _ -> to.value(Secret.HIDDEN);
            case Record record -> record(record, to);
            case Map<?, ?> map -> map(map, to);
            case Iterable<?> list -> list(list, to);
            default -> to.value(value.toString());
        }
    }

    private static void record(Record record, JsonText to) {
        to.object();
        for (Class<?> kind : record.getClass().getInterfaces()) {
            if (kind.isSealed()) {
                String name = record.getClass().getSimpleName();
                to.field("kind", name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1));
            }
        }
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            to.name(component.getName());
            try {
                write(component.getAccessor().invoke(record), to);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("a configuration that can't be read", e);
            }
        }
        to.end();
    }

    private static void map(Map<?, ?> map, JsonText to) {
        to.object();
        map.forEach((name, value) -> {
            to.name(name.toString());
            boolean hidden = value instanceof String && SECRET_NAME.matcher(name.toString()).matches();
            write(hidden ? Secret.HIDDEN : value, to);
        });
        to.end();
    }

    private static void list(Iterable<?> list, JsonText to) {
        to.array();
        list.forEach(element -> write(element, to));
        to.end();
    }

    private static String text(Duration time) {
        return time.toMillisPart() == 0 ? time.toSeconds() + "s" : time.toMillis() + "ms";
    }

    private static String camelCase(String constant) {
        StringBuilder word = new StringBuilder();
        for (String part : constant.toLowerCase(Locale.ROOT).split("_")) {
            word.append(word.isEmpty() ? part : part.substring(0, 1).toUpperCase(Locale.ROOT) + part.substring(1));
        }
        return word.toString();
    }
}
