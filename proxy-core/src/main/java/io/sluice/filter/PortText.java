package io.sluice.filter;

/** A port as decimal text, for writing it without making a String. <em>Immutable.</em> */
record PortText(int port) implements CharSequence {

    @Override
    public int length() {
        return port < 10 ? 1 : port < 100 ? 2 : port < 1_000 ? 3 : port < 10_000 ? 4 : 5;
    }

    @Override
    public char charAt(int index) {
        int rest = port;
        for (int i = length() - 1; i > index; i--) {
            rest /= 10;
        }
        return (char) ('0' + rest % 10);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
        return toString().substring(start, end);
    }

    @Override
    public String toString() {
        return Integer.toString(port);
    }
}
