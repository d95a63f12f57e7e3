package io.sluice.admin;

/** What stands behind one path of the admin address. <em>Thread-safe.</em> */
@FunctionalInterface
interface AdminPage {
    /**
     * The answer to a request, on a thread that may wait.
     *
     * @throws Refused if the request is wrong, or what it wants can't be done now
     */
    Answer answer(AdminRequest request);
}
