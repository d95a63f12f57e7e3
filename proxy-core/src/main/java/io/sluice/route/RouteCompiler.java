package io.sluice.route;

import io.sluice.config.ActionConfig;
import io.sluice.config.FilterConfig;
import io.sluice.config.RouteConfig;
import io.sluice.files.FileTree;
import io.sluice.filter.AddPrefix;
import io.sluice.filter.AllowAddresses;
import io.sluice.filter.Compression;
import io.sluice.filter.DenyAddresses;
import io.sluice.filter.HeaderEdits;
import io.sluice.filter.Hsts;
import io.sluice.filter.RateLimit;
import io.sluice.filter.RequestFilter;
import io.sluice.filter.ResponseFilter;
import io.sluice.filter.RewritePath;
import io.sluice.filter.StripPrefix;
import io.sluice.http.HeaderLine;
import io.sluice.http.HeaderName;
import io.sluice.service.Service;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes a {@link Route} of what was configured, so that a request finds everything decided. <em>Immutable.</em> */
final class RouteCompiler {
    private final Map<String, Service> services;
    /** By route; those before a reload. */
    private final Map<String, RateLimit> rateLimits = new HashMap<>();

    /**
     * Creates it.
     *
     * @param before the routes that were in force, whose rate limits go on; empty = there were none
     */
    RouteCompiler(Map<String, Service> services, List<Route> before) {
        this.services = Map.copyOf(services);
        for (Route route : before) {
            rateLimits.put(route.name(), route.rateLimit());
        }
    }

    /**
     * Compiles one.
     *
     * @throws IllegalArgumentException if a service or a root is not there, or a filter's or an answer's text could not stand in a
     *     head
     */
    Route compile(int index, RouteConfig config) {
        List<RequestFilter> requestFilters = new ArrayList<>();
        List<ResponseFilter> responseFilters = new ArrayList<>();
        Compression compression = null;
        boolean grpcWeb = false;
        for (FilterConfig filter : config.filters()) {
            switch (filter) {
                case FilterConfig.StripPrefix strip -> requestFilters.add(new StripPrefix(strip.prefix()));
                case FilterConfig.AddPrefix add -> requestFilters.add(new AddPrefix(add.prefix()));
                case FilterConfig.RewritePath rewrite ->
                        requestFilters.add(new RewritePath(rewrite.pattern(), rewrite.replacement()));
                case FilterConfig.RequestHeaders edits -> requestFilters.add(HeaderEdits.of(edits));
                case FilterConfig.ResponseHeaders edits -> responseFilters.add(HeaderEdits.of(edits));
                case FilterConfig.Compress compress -> compression = new Compression(compress);
                case FilterConfig.GrpcWeb _ -> grpcWeb = true;
                case FilterConfig.Allow allow -> requestFilters.add(new AllowAddresses(allow.addresses()));
                case FilterConfig.Deny deny -> requestFilters.add(new DenyAddresses(deny.addresses()));
            }
        }
        return new Route(
                index,
                config.name(),
                List.copyOf(requestFilters),
                List.copyOf(responseFilters),
                compression,
                grpcWeb,
                Hsts.of(config.hsts()),
                action(config),
                Deadlines.of(config.timeouts()),
                config.limits().requestBody(),
                config.retry(),
                config.zeroCopy(),
                RateLimit.of(config.rateLimit(), rateLimits.get(config.name())));
    }

    private Action action(RouteConfig route) {
        return switch (route.action()) {
            case ActionConfig.Forward forward ->
                    new Action.Forward(new ServiceSplit(forward.services().stream().map(this::share).toList()));
            case ActionConfig.Files files -> new Action.Files(FileTree.of(files, route.match().path()));
            case ActionConfig.Redirect redirect -> new Action.Answer(
                    redirect.status(),
                    List.of(HeaderLine.of(HeaderName.LOCATION.text(), redirect.location())),
                    new byte[0]);
            case ActionConfig.Respond respond -> answer(respond);
        };
    }

    private ServiceSplit.Share share(ActionConfig.WeightedService target) {
        Service service = services.get(target.service());
        if (service == null) {
            throw new IllegalArgumentException("service: found \"" + target.service() + "\"; expected a configured one");
        }
        return new ServiceSplit.Share(service, target.weight());
    }

    private static Action answer(ActionConfig.Respond respond) {
        byte[] body = respond.body().getBytes(StandardCharsets.UTF_8);
        // RFC 9110 §15.3.5, §15.3.6, §15.4.5: these statuses have no content.
        if (body.length == 0 || respond.status() == 204 || respond.status() == 205 || respond.status() == 304) {
            return new Action.Answer(respond.status(), List.of(), new byte[0]);
        }
        return new Action.Answer(
                respond.status(),
                List.of(HeaderLine.of(HeaderName.CONTENT_TYPE.text(), respond.contentType())),
                body);
    }
}
