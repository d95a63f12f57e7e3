package io.sluice;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * What a Java source declares, as the compiler's own parser reads it. <em>Immutable.</em>
 *
 * @param name    how it is reported
 * @param lines   all its lines, blank ones and comments too
 * @param methods every method and constructor with a body, those of nested types too
 * @param types   the top-level types
 */
record SourceFile(String name, int lines, List<Method> methods, List<Type> types) {

    /**
     * One method or constructor.
     *
     * @param lines              from its first modifier or annotation to its closing brace
     * @param recordConstructor  whether it constructs a record, whose parameters are the record's components
     * @param overrides          whether it says that somebody else declared it, parameters and all
     */
    record Method(String name, int lines, int parameters, boolean recordConstructor, boolean overrides) {}

    /**
     * One top-level type.
     *
     * @param javadoc null if it has none
     */
    record Type(String name, String javadoc) {}

    /** Reads a source text. */
    static SourceFile parse(String name, String text) {
        return parse(Map.of(name, text)).getFirst();
    }

    /** Reads source texts, by their names: all of them at once, since every run of the compiler has to warm up anew. */
    static List<SourceFile> parse(Map<String, String> texts) {
        Map<URI, Text> sources = new LinkedHashMap<>();
        texts.forEach((name, text) -> {
            Text source = new Text(name, text);
            sources.put(source.toUri(), source);
        });
        JavacTask task = (JavacTask) ToolProvider.getSystemJavaCompiler()
                .getTask(null, null, null, List.of("-proc:none"), null, sources.values());
        List<SourceFile> files = new ArrayList<>();
        try {
            for (CompilationUnitTree unit : task.parse()) {
                Text source = sources.get(unit.getSourceFile().toUri());
                Reader reader = new Reader(DocTrees.instance(task), unit);
                reader.scan(unit, null);
                files.add(new SourceFile(
                        source.path, (int) source.text.lines().count(), List.copyOf(reader.methods), List.copyOf(reader.types)));
            }
            return files;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A source that is at hand as text. */
    private static final class Text extends SimpleJavaFileObject {
        private final String path;
        private final String text;

        Text(String path, String text) {
            super(URI.create("string:///" + path.replaceAll("[^A-Za-z0-9/.-]", "_")), SimpleJavaFileObject.Kind.SOURCE);
            this.path = path;
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    /** Walks the tree. */
    private static final class Reader extends TreePathScanner<Void, Void> {
        private final List<Method> methods = new ArrayList<>();
        private final List<Type> types = new ArrayList<>();
        private final DocTrees trees;
        private final CompilationUnitTree unit;

        Reader(DocTrees trees, CompilationUnitTree unit) {
            this.trees = trees;
            this.unit = unit;
        }

        @Override
        public Void visitClass(ClassTree tree, Void nothing) {
            TreePath path = getCurrentPath();
            if (path.getParentPath().getLeaf() instanceof CompilationUnitTree) {
                types.add(new Type(tree.getSimpleName().toString(), trees.getDocComment(path)));
            }
            return super.visitClass(tree, nothing);
        }

        @Override
        public Void visitMethod(MethodTree tree, Void nothing) {
            // What the compiler adds by itself has no end in the source.
            SourcePositions positions = trees.getSourcePositions();
            long start = positions.getStartPosition(unit, tree);
            long end = positions.getEndPosition(unit, tree);
            if (end > start) {
                LineMap map = unit.getLineMap();
                boolean constructsRecord = tree.getReturnType() == null
                        && getCurrentPath().getParentPath().getLeaf().getKind() == Tree.Kind.RECORD;
                methods.add(new Method(
                        tree.getName().toString(),
                        (int) (map.getLineNumber(end) - map.getLineNumber(start)) + 1,
                        tree.getParameters().size(),
                        constructsRecord,
                        tree.getModifiers().getAnnotations().stream()
                                .anyMatch(it -> it.getAnnotationType().toString().equals("Override"))));
            }
            return super.visitMethod(tree, nothing);
        }
    }
}
