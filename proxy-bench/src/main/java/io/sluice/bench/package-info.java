/** Sluice: a non-blocking reverse proxy. Every package below has one subject; `ARCHITECTURE.md` draws the arrows. */
package io.sluice.bench;
