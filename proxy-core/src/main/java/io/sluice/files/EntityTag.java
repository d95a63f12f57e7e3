package io.sluice.files;

/**
 * What tells one version of a file from another (RFC 9110 §8.8.3).
 *
 * <p><em>Immutable.</em>
 *
 * @param opaque with its quotes
 * @param weak   whether another version may have the same
 */
record EntityTag(String opaque, boolean weak) {

    /** Made of the size and the time of the last change; another coding of the same file is another version. */
    static EntityTag of(long sizeBytes, long modifiedNanos, String coding, boolean weak) {
        String suffix = coding.isEmpty() ? "" : "-" + coding;
        return new EntityTag('"' + Long.toHexString(modifiedNanos) + '-' + Long.toHexString(sizeBytes) + suffix + '"', weak);
    }

    /** As it stands in a field. */
    String text() {
        return weak ? "W/" + opaque : opaque;
    }

    /**
     * Whether it is in a list of tags, or the list is {@code *}. Behind what is no tag nothing is found.
     *
     * @param strong whether two must be strong to be the same (RFC 9110 §8.8.3.2)
     */
    boolean in(String list, boolean strong) {
        if (list.strip().equals("*")) {
            return true;
        }
        int at = 0;
        while (true) {
            while (at < list.length() && (list.charAt(at) == ',' || list.charAt(at) == ' ' || list.charAt(at) == '\t')) {
                at++;
            }
            boolean otherWeak = list.startsWith("W/", at);
            int start = otherWeak ? at + 2 : at;
            int end = start < list.length() && list.charAt(start) == '"' ? list.indexOf('"', start + 1) : -1;
            if (end < 0) {
                return false;
            }
            boolean comparable = !strong || !weak && !otherWeak;
            if (comparable && list.regionMatches(start, opaque, 0, opaque.length()) && end + 1 - start == opaque.length()) {
                return true;
            }
            at = end + 1;
        }
    }
}
