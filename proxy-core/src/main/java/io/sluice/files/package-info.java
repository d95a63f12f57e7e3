/**
 * Files below a directory as answers: which file a path means, which response a request for it gets (RFC 9110 §13, §14), and
 * how its bytes leave. Entry types: {@link io.sluice.files.FileTree}, {@link io.sluice.files.FileResponse}, {@link
 * io.sluice.files.FileBody}. Depends on stream, http, transport and config.
 */
package io.sluice.files;
