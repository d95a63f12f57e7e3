package io.sluice.stream;

/** A side that body bytes come from. Reading is switched by exactly one object at a time: the relay while a body moves. Implementations are <em>Loop-confined</em>. */
public interface BodySource {

    /** Reads no more, so that the kernel's buffer fills and the sender is held back. What was read still arrives. */
    void pause();

    /** Reads again. */
    void resume();

    /** Says that a long body comes, so that reads may ask for more at once. */
    void expectBulk();
}
