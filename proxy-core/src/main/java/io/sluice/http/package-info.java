/**
 * HTTP messages as this proxy sees them: heads as received bytes with an index, framing, header rules, and the errors
 * an exchange can end in. Pure: bytes in, head or {@link io.sluice.http.ProxyError} out; no sockets, no channels. Entry
 * types: {@link io.sluice.http.HeadParser}, {@link io.sluice.http.RequestHead}, {@link io.sluice.http.ProxyError}.
 * Depends on nothing of ours; of Netty it uses buffers only.
 */
package io.sluice.http;
