/**
 * Certificates and private keys as files in PEM form have them: reads them, and says in an operator's words what is wrong;
 * writes those that we sign ourselves. Entry types: {@link io.sluice.pem.Identity}, {@link io.sluice.pem.Authorities}, {@link
 * io.sluice.pem.Signed}. Depends on nothing of ours.
 */
package io.sluice.pem;
