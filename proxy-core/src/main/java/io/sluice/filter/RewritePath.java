package io.sluice.filter;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;

/**
 * Replaces every place where a pattern is found in the forwarded path. A result that could not stand in a request line is
 * refused with {@link ProxyError#INVALID_TARGET}. The target {@code *} of OPTIONS stays. <em>Immutable.</em>
 */
public final class RewritePath implements RequestFilter {
    private final Pattern pattern;
    private final Replacement replacement;

    /**
     * Creates it.
     *
     * @param pattern     RE2 syntax; matched in time linear in the path's length
     * @param replacement as {@link Replacement} reads it
     * @throws IllegalArgumentException if the replacement names a group that the pattern does not have
     * @throws com.google.re2j.PatternSyntaxException if the pattern is none
     */
    public RewritePath(String pattern, String replacement) {
        this.pattern = Pattern.compile(pattern);
        this.replacement = Replacement.of(replacement, this.pattern);
    }

    @Override
    public ProxyError apply(RequestHead head, InetAddress client) {
        if (!ForwardedPath.present(head)) {
            return null;
        }
        String path = head.text(head.forwardedPathStart(), head.forwardedPathEnd());
        Matcher matcher = pattern.matcher(path);
        if (!matcher.find()) {
            return null;
        }
        StringBuilder result = new StringBuilder(path.length() + 32);
        int copied = 0;
        do {
            result.append(path, copied, matcher.start());
            replacement.append(path, matcher, result);
            copied = matcher.end();
        } while (matcher.find());
        result.append(path, copied, path.length());
        if (!ForwardedPath.valid(result)) {
            return ProxyError.INVALID_TARGET;
        }
        head.path(result.toString().getBytes(StandardCharsets.US_ASCII));
        return null;
    }
}
