package io.sluice.transport;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoOps;

/**
 * What one socket asks its loop for. Netty takes a socket that asks for nothing out of epoll, as it must: one whose both
 * directions have ended would be reported without end. But it forgets that it did, and the next wish fails and ends the
 * output: that for room to write more to a peer which has sent its FIN, for one. So a wish behind none is made by a new
 * registration. <em>Loop-confined</em>, but for {@link #cancel}. <em>Ends</em> with the channel's registration.
 */
final class Registration implements IoRegistration {
    private final IoHandler io;
    private final IoHandle handle;
    private volatile IoRegistration present;
    private boolean none;

    /** Registers the handle. */
    Registration(IoHandler io, IoHandle handle) throws Exception {
        this.io = io;
        this.handle = handle;
        this.present = io.register(handle);
    }

    @Override
    public <T> T attachment() {
        return present.attachment();
    }

    @Override
    public long submit(IoOps wishes) {
        boolean nothing = wishes instanceof EpollIoOps epoll && epoll.value() == EpollIoOps.NONE.value();
        if (none && !nothing && present.isValid()) {
            present.cancel();
            try {
                present = io.register(handle);
            } catch (Exception e) {
                throw new IllegalStateException("epoll takes it no more", e);
            }
        }
        none = nothing;
        return present.submit(wishes);
    }

    @Override
    public boolean isValid() {
        return present.isValid();
    }

    @Override
    public boolean cancel() {
        return present.cancel();
    }
}
