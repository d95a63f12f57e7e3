package io.sluice.acme;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;

/**
 * An ACME server (RFC 8555) that does as it is told: it follows the documented exchange, checks nonces and requests for
 * certificates, believes or disbelieves names, and refuses what a test wants refused. Signatures of requests it does not check;
 * that is what pebble is there for. One thread answers.
 */
public final class ScriptedAuthority implements AutoCloseable {
    private static final Pattern MEMBER = Pattern.compile("\"([a-zA-Z]+)\"\\s*:\\s*\"([^\"]*)\"");
    private static final Pattern NAME = Pattern.compile("\"value\"\\s*:\\s*\"([^\"]*)\"");

    /** Proves a name, or says why not. */
    @FunctionalInterface
    public interface Validation {
        /** Null if the name is proven. */
        String failure(String name, String token) throws Exception;
    }

    /** What a resource answers once instead of doing its work. */
    private record Refusal(int status, String type, String detail, Map<String, String> fields) {}

    private record Order(int id, List<String> names) {}

    private final HttpsServer server;
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final X509Bundle root;
    private final Map<String, Deque<Refusal>> refusals = new TreeMap<>();
    private final List<String> seen = new CopyOnWriteArrayList<>();
    private final Set<String> nonces = new HashSet<>();
    private final List<Order> orders = new ArrayList<>();
    private final Map<String, String> states = new TreeMap<>();
    private final Map<Integer, String> certificates = new TreeMap<>();
    private final Deque<String> undecided = new ArrayDeque<>();
    private volatile Validation validation = (_, _) -> null;
    private volatile Duration lifetime = Duration.ofDays(90);
    private volatile String challenges = "http-01 tls-alpn-01";
    private volatile String orderError;
    private volatile PublicKey otherKey;
    private volatile String lastAccount;
    private int number;

    private ScriptedAuthority(HttpsServer server, X509Bundle root) {
        this.server = server;
        this.root = root;
    }

    /** Starts one at a port of its own, and writes the certificate it is to be trusted by. */
    public static ScriptedAuthority start(Path ca) throws Exception {
        X509Bundle root = new CertificateBuilder().ecp256().subject("CN=Scripted root").setIsCertificateAuthority(true)
                .buildSelfSigned();
        X509Bundle own = new CertificateBuilder().ecp256().subject("CN=directory").addSanDnsName("localhost")
                .addSanIpAddress("127.0.0.1").buildIssuedBy(root);
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.toKeyManagerFactory().getKeyManagers(), null, null);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        Files.writeString(ca, root.getRootCertificatePEM());
        ScriptedAuthority authority = new ScriptedAuthority(server, root);
        server.createContext("/", authority::answer);
        server.setExecutor(authority.thread);
        server.start();
        return authority;
    }

    /** Where its directory is. */
    public URI directory() {
        return URI.create(base() + "/directory");
    }

    private String base() {
        return "https://localhost:" + server.getAddress().getPort();
    }

    /** How it proves names; unless told it believes all. */
    public void validation(Validation how) {
        validation = how;
    }

    /** How long its certificates are valid. */
    public void lifetime(Duration time) {
        lifetime = time;
    }

    /** Which challenges it offers, with spaces between. */
    void challenges(String types) {
        challenges = types;
    }

    /** Orders become invalid in the end, for this reason. */
    void refuseOrders(String why) {
        orderError = why;
    }

    /** It certifies this key rather than the one it was asked for. */
    void certifyOther(PublicKey key) {
        otherKey = key;
    }

    /** The next request for a resource is refused so; further calls wait in line. */
    synchronized void refuse(String resource, int status, String type, String detail, Map<String, String> fields) {
        refusals.computeIfAbsent(resource, _ -> new ArrayDeque<>()).add(new Refusal(status, type, detail, fields));
    }

    /** So often it has not decided yet when it is asked of a name, and wants to be asked again after so many seconds; "" = doesn't say. */
    synchronized void undecided(String... retryAfter) {
        undecided.addAll(List.of(retryAfter));
    }

    /** Forgets the nonces it gave, so that the next signed request brings a bad one. */
    synchronized void forgetNonces() {
        nonces.clear();
    }

    /** The resources that were asked for, in order. */
    public List<String> seen() {
        return List.copyOf(seen);
    }

    /** How many orders were begun. */
    public long ordersBegun() {
        return seen.stream().filter("newOrder"::equals).count();
    }

    /** What the last request for an account held. */
    String lastAccount() {
        return lastAccount;
    }

    /** Whom its certificates come from, in PEM. */
    public String rootPem() throws IOException {
        return root.getRootCertificatePEM();
    }

    private synchronized void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            String[] path = exchange.getRequestURI().getPath().substring(1).split("/");
            String nonce = "nonce-" + ++number;
            nonces.add(nonce);
            exchange.getResponseHeaders().set("Replay-Nonce", nonce);
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            seen.add(path[0]);
            Map<String, String> jose = members(decoded(member(body, "protected")));
            String payload = decoded(member(body, "payload"));
            Refusal refusal = refusals.containsKey(path[0]) ? refusals.get(path[0]).poll() : null;
            if (refusal != null) {
                refusal.fields().forEach(exchange.getResponseHeaders()::set);
                problem(exchange, refusal.status(), refusal.type(), refusal.detail());
            } else if (exchange.getRequestMethod().equals("POST") && !nonces.remove(jose.get("nonce"))) {
                problem(exchange, 400, "badNonce", "never heard of it");
            } else {
                resource(exchange, path, payload);
            }
        } catch (Exception defect) {
            throw new IOException(defect);
        }
    }

    private void resource(HttpExchange exchange, String[] path, String payload) throws Exception {
        switch (path[0]) {
            case "directory" -> json(exchange, 200, """
                    {"newNonce":"%1$s/newNonce","newAccount":"%1$s/newAccount","newOrder":"%1$s/newOrder",
                    "revokeCert":"%1$s/revokeCert","keyChange":"%1$s/keyChange"}""".formatted(base()));
            case "newNonce" -> exchange.sendResponseHeaders(200, -1);
            case "newAccount" -> {
                lastAccount = payload;
                exchange.getResponseHeaders().set("Location", base() + "/account/1");
                json(exchange, 201, "{\"status\":\"valid\"}");
            }
            case "newOrder" -> {
                List<String> names = NAME.matcher(payload).results().map(each -> each.group(1)).toList();
                orders.add(new Order(orders.size(), names));
                exchange.getResponseHeaders().set("Location", base() + "/order/" + (orders.size() - 1));
                json(exchange, 201, order(orders.getLast()));
            }
            case "order" -> json(exchange, 200, order(orders.get(Integer.parseInt(path[1]))));
            case "authz" -> {
                String state = states.getOrDefault(path[1] + "/" + path[2], "pending");
                String retryAfter = state.equals("pending") ? null : undecided.poll();
                if (retryAfter != null && !retryAfter.isEmpty()) {
                    exchange.getResponseHeaders().set("Retry-After", retryAfter);
                }
                json(exchange, 200, authorization(path[1], path[2], retryAfter == null ? state : "pending"));
            }
            case "challenge" -> {
                String failure = validation.failure(orders.get(Integer.parseInt(path[1])).names()
                        .get(Integer.parseInt(path[2])), token(path[1], path[2]));
                states.put(path[1] + "/" + path[2], failure == null ? "valid" : failure);
                json(exchange, 200, challenge(path[1], path[2], path[3]));
            }
            case "challenged" -> json(exchange, 200, challenge(path[1], path[2], path[3]));
            case "finalize" -> {
                finish(orders.get(Integer.parseInt(path[1])), members(payload).get("csr"));
                json(exchange, 200, order(orders.get(Integer.parseInt(path[1]))));
            }
            case "certificate" -> send(exchange, 200, "application/pem-certificate-chain",
                    certificates.get(Integer.parseInt(path[1])));
            default -> problem(exchange, 404, "malformed", "no such resource");
        }
    }

    private static String token(String order, String index) {
        return "token-" + order + "-" + index;
    }

    private String order(Order order) {
        boolean proven = true;
        List<String> authorizations = new ArrayList<>();
        for (int i = 0; i < order.names().size(); i++) {
            proven &= "valid".equals(states.get(order.id() + "/" + i));
            authorizations.add("\"" + base() + "/authz/" + order.id() + "/" + i + "\"");
        }
        String error = orderError;
        boolean issued = certificates.containsKey(order.id());
        String state = error != null && proven ? "invalid" : issued ? "valid" : proven ? "ready" : "pending";
        return "{\"status\":\"" + state + "\",\"identifiers\":["
                + String.join(",", order.names().stream().map(ScriptedAuthority::identifier).toList())
                + "],\"authorizations\":[" + String.join(",", authorizations) + "],\"finalize\":\"" + base() + "/finalize/"
                + order.id() + "\"" + (issued ? ",\"certificate\":\"" + base() + "/certificate/" + order.id() + "\"" : "")
                + (error != null && proven ? ",\"error\":" + problem("rejectedIdentifier", error) : "") + "}";
    }

    private static String identifier(String name) {
        return "{\"type\":\"dns\",\"value\":\"" + name + "\"}";
    }

    private String authorization(String order, String index, String state) {
        String status = state.equals("valid") || state.equals("pending") ? state : "invalid";
        List<String> offered = new ArrayList<>();
        for (String type : challenges.split(" ")) {
            offered.add(challenge(order, index, type));
        }
        String name = orders.get(Integer.parseInt(order)).names().get(Integer.parseInt(index));
        return "{\"status\":\"" + status + "\",\"identifier\":" + identifier(name) + ",\"challenges\":["
                + String.join(",", offered) + "]}";
    }

    private String challenge(String order, String index, String type) {
        String state = states.getOrDefault(order + "/" + index, "pending");
        boolean failed = !state.equals("valid") && !state.equals("pending");
        return "{\"type\":\"" + type + "\",\"url\":\"" + base() + "/challenge/" + order + "/" + index + "/" + type
                + "\",\"token\":\"" + token(order, index) + "\",\"status\":\"" + (failed ? "invalid" : state) + "\""
                + (failed ? ",\"error\":" + problem("unauthorized", state) : "") + "}";
    }

    private void finish(Order order, String csr) throws Exception {
        PKCS10CertificationRequest request = new PKCS10CertificationRequest(Base64.getUrlDecoder().decode(csr));
        if (!request.isSignatureValid(
                new JcaContentVerifierProviderBuilder().build(request.getSubjectPublicKeyInfo()))) {
            throw new IOException("the request is not signed by its key");
        }
        PublicKey key = new JcaPEMKeyConverter().getPublicKey(request.getSubjectPublicKeyInfo());
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        CertificateBuilder builder = new CertificateBuilder().subject("CN=" + order.names().getFirst())
                .publicKey(otherKey == null ? key : otherKey).notBefore(now).notAfter(now.plus(lifetime));
        order.names().forEach(builder::addSanDnsName);
        X509Bundle issued = builder.buildIssuedBy(root);
        certificates.put(order.id(), issued.getCertificatePEM());
    }

    private static String problem(String type, String detail) {
        return "{\"type\":\"urn:ietf:params:acme:error:" + type + "\",\"detail\":\"" + detail + "\"}";
    }

    private static void problem(HttpExchange exchange, int status, String type, String detail) throws IOException {
        send(exchange, status, "application/problem+json", problem(type, detail));
    }

    private static void json(HttpExchange exchange, int status, String text) throws IOException {
        send(exchange, status, "application/json", text);
    }

    private static void send(HttpExchange exchange, int status, String type, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static String member(String json, String name) {
        return members(json).getOrDefault(name, "");
    }

    private static Map<String, String> members(String json) {
        Map<String, String> members = new TreeMap<>();
        Matcher member = MEMBER.matcher(json);
        while (member.find()) {
            members.put(member.group(1), member.group(2));
        }
        return members;
    }

    private static String decoded(String base64) {
        return new String(Base64.getUrlDecoder().decode(base64), StandardCharsets.UTF_8);
    }

    /** Answers no more. */
    @Override
    public void close() {
        server.stop(0);
        thread.shutdownNow();
    }
}
