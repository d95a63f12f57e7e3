/**
 * Certificates and private keys as files in PEM form have them: reads them, and says in an operator's words what is wrong.
 * Entry types: {@link io.sluice.pem.Identity} and {@link io.sluice.pem.Authorities}. Depends on nothing of ours.
 */
package io.sluice.pem;
