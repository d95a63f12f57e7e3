package io.sluice.acme;

import io.sluice.pem.Identity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What is shown to an authority, to be looked at. */
final class Board implements Challenges {
    final Map<String, String> texts = new ConcurrentHashMap<>();
    final Map<String, Identity> certificates = new ConcurrentHashMap<>();
    final List<String> shown = new ArrayList<>();

    @Override
    public Shown http(String token, String text) {
        shown.add(token);
        texts.put(token, text);
        return () -> texts.remove(token);
    }

    @Override
    public Shown tls(String name, Identity certificate) {
        shown.add(name);
        certificates.put(name, certificate);
        return () -> certificates.remove(name);
    }
}
