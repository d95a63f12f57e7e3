package io.sluice.acme;

import io.sluice.acme.Challenges.Shown;
import io.sluice.config.AcmeConfig;
import io.sluice.config.AcmeConfig.Challenge;
import io.sluice.config.AcmeConfig.KeyType;
import io.sluice.pem.Identity;
import io.sluice.pem.Signed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.shredzone.acme4j.AccountBuilder;
import org.shredzone.acme4j.Authorization;
import org.shredzone.acme4j.Login;
import org.shredzone.acme4j.Order;
import org.shredzone.acme4j.PollableResource;
import org.shredzone.acme4j.Problem;
import org.shredzone.acme4j.Session;
import org.shredzone.acme4j.Status;
import org.shredzone.acme4j.challenge.Http01Challenge;
import org.shredzone.acme4j.challenge.TlsAlpn01Challenge;
import org.shredzone.acme4j.challenge.TokenChallenge;
import org.shredzone.acme4j.connector.Connection;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeLazyLoadingException;
import org.shredzone.acme4j.exception.AcmeNetworkException;
import org.shredzone.acme4j.exception.AcmeProtocolException;
import org.shredzone.acme4j.exception.AcmeRateLimitedException;
import org.shredzone.acme4j.exception.AcmeServerException;
import org.shredzone.acme4j.toolbox.JSONBuilder;

/**
 * An authority that speaks ACME (RFC 8555), asked by acme4j. <em>Loop-confined</em> to the thread that orders. Each order is a
 * session of its own: there are months between two, and nothing is to stay open meanwhile.
 */
final class AcmeAuthority implements Authority {
    private static final Set<Status> READY = Set.of(Status.READY, Status.VALID, Status.INVALID);
    private static final Set<Status> DECIDED = Set.of(
            Status.VALID, Status.INVALID, Status.DEACTIVATED, Status.EXPIRED, Status.REVOKED, Status.CANCELED);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(5);
    /** Longer than this an authority may not make us wait between two questions. */
    private static final Duration ASKED_PAUSE_MAX = Duration.ofSeconds(30);
    private static final Duration ORDER_MAX = Duration.ofMinutes(5);
    private static final String ERROR_PREFIX = "urn:ietf:params:acme:error:";
    /** How long a certificate is valid that only answers a challenge. */
    private static final Duration CHALLENGE_LIFETIME = Duration.ofDays(1);

    private final AcmeConfig config;
    private final Storage storage;
    private final Challenges challenges;
    private final InstantSource clock;
    private final Pause pause;

    /** Lets time pass between two questions. */
    interface Pause {
        void of(Duration time) throws InterruptedException;
    }

    /** Creates it, asking nothing; {@code pause} is that of {@code clock}. */
    AcmeAuthority(AcmeConfig config, Storage storage, Challenges challenges, InstantSource clock, Pause pause) {
        this.config = config;
        this.storage = storage;
        this.challenges = challenges;
        this.clock = clock;
        this.pause = pause;
    }

    @Override
    public Identity order(Names names) throws OrderFailed, InterruptedException {
        try (Directory directory = new Directory(config.ca())) {
            Login login = login(new Session(config.directory(), directory), storage.account());
            Order order = login.newOrder().domains(names.all()).create();
            Instant deadline = clock.instant().plus(ORDER_MAX);
            prove(order, deadline);
            return complete(login, order, names, deadline);
        } catch (AcmeRateLimitedException limited) {
            throw new OrderFailed(text(limited), limited.getRetryAfter().orElse(null), limited);
        } catch (AcmeException | IOException | RuntimeException failed) {
            // The library throws what an authority does wrong as unchecked exceptions, too; and an interruption as either.
            for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
                if (cause instanceof InterruptedException interrupted) {
                    throw interrupted;
                }
            }
            throw new OrderFailed(text(failed), null, failed);
        }
    }

    private Login login(Session session, KeyPair account) throws AcmeException {
        AccountBuilder builder = new AccountBuilder().useKeyPair(account).agreeToTermsOfService();
        if (config.contact() != null) {
            builder.addEmail(config.contact());
        }
        if (config.externalAccount() != null) {
            builder.withKeyIdentifier(
                            config.externalAccount().keyId(), config.externalAccount().key().reveal())
                    .withMacAlgorithm("HS256");
        }
        // One that is known already is found by its key (RFC 8555 §7.3.1).
        return builder.createLogin(session);
    }

    /** Shows that all names are ours, as far as the authority does not believe it yet. */
    private void prove(Order order, Instant deadline) throws AcmeException, OrderFailed, InterruptedException {
        List<Shown> shown = new ArrayList<>();
        List<TokenChallenge> asked = new ArrayList<>();
        List<Authorization> open = new ArrayList<>();
        try {
            for (Authorization each : order.getAuthorizations()) {
                if (each.getStatus() != Status.VALID) {
                    asked.add(show(each, shown));
                    open.add(each);
                }
            }
            for (TokenChallenge each : asked) {
                each.trigger();
            }
            for (int i = 0; i < open.size(); i++) {
                Authorization each = open.get(i);
                if (await(each, DECIDED, deadline) != Status.VALID) {
                    asked.get(i).fetch();
                    throw new OrderFailed(each.getIdentifier().getValue() + " was not proven: "
                            + asked.get(i).getError().map(AcmeAuthority::text).orElse("the authority doesn't say why"), null, null);
                }
            }
        } finally {
            shown.forEach(Shown::close);
        }
    }

    private TokenChallenge show(Authorization authorization, List<Shown> shown) throws OrderFailed {
        String name = authorization.getIdentifier().getValue();
        boolean http = config.challenge() == Challenge.HTTP_01;
        String type = http ? Http01Challenge.TYPE : TlsAlpn01Challenge.TYPE;
        TokenChallenge challenge = authorization.<TokenChallenge>findChallenge(type).orElseThrow(() -> new OrderFailed(
                "the authority offers no " + type + " for " + name + ", only "
                        + String.join(" ", authorization.getChallenges().stream().map(each -> each.getType()).toList()),
                null, null));
        if (challenge instanceof Http01Challenge plain) {
            shown.add(challenges.http(plain.getToken(), plain.getAuthorization()));
        } else if (challenge instanceof TlsAlpn01Challenge tls) {
            shown.add(challenges.tls(
                    name, Signed.challenge(name, tls.getAcmeValidation(), clock.instant(), CHALLENGE_LIFETIME)));
        }
        return challenge;
    }

    private Identity complete(Login login, Order order, Names names, Instant deadline)
            throws AcmeException, OrderFailed, InterruptedException {
        await(order, READY, deadline);
        refused(order);
        KeyPair key = config.keyType() == KeyType.RSA ? Signed.rsaKey() : Signed.ellipticKey();
        try (Connection connection = login.getSession().connect()) {
            // Order.execute can't be compiled without the library that its other forms take requests of.
            JSONBuilder request = new JSONBuilder().putBase64("csr", Signed.request(names.all(), key));
            connection.sendSignedRequest(order.getFinalizeLocation(), request, login);
        }
        await(order, DECIDED, deadline);
        refused(order);
        Identity issued = new Identity(order.getCertificate().getCertificateChain(), key.getPrivate());
        if (!issued.whole() || !names.in(issued) || !issued.expires().isAfter(clock.instant())) {
            throw new OrderFailed("the authority sent a certificate for another key, other names or another time", null, null);
        }
        return issued;
    }

    private static void refused(Order order) throws OrderFailed {
        if (order.getStatus() == Status.INVALID) {
            throw new OrderFailed("the order was refused: "
                    + order.getError().map(AcmeAuthority::text).orElse("the authority doesn't say why"), null, null);
        }
    }

    /** Asks until it is in one of these states, as often as the authority wants to be asked. */
    private Status await(PollableResource resource, Set<Status> ends, Instant deadline)
            throws AcmeException, OrderFailed, InterruptedException {
        Duration ours = FIRST_PAUSE;
        while (true) {
            Instant wanted = resource.fetch().orElse(Instant.MIN);
            if (ends.contains(resource.getStatus())) {
                return resource.getStatus();
            }
            Instant now = clock.instant();
            if (now.isAfter(deadline)) {
                throw new OrderFailed("the authority did not decide within " + ORDER_MAX.toMinutes() + " minutes", null, null);
            }
            Duration asked = wanted.isAfter(now) ? Duration.between(now, wanted) : Duration.ZERO;
            pause.of(earlier(ASKED_PAUSE_MAX, asked.compareTo(ours) > 0 ? asked : ours));
            ours = earlier(PAUSE_MAX, ours.multipliedBy(2));
        }
    }

    private static Duration earlier(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private static String text(Problem problem) {
        return problem.getType().toString().replace(ERROR_PREFIX, "") + ": " + problem;
    }

    private static String text(Throwable failed) {
        return switch (failed) {
            case AcmeServerException told -> text(told.getProblem());
            case AcmeLazyLoadingException late -> text(late.getCause());
            case AcmeNetworkException network -> "the authority can't be reached: " + described(network.getCause());
            case UncheckedIOException told -> told.getCause().getMessage();
            case AcmeException told -> told.getMessage();
            case AcmeProtocolException told -> told.getMessage();
            default -> described(failed);
        };
    }

    private static String described(Throwable failed) {
        return failed.getClass().getSimpleName() + (failed.getMessage() == null ? "" : ": " + failed.getMessage());
    }
}
