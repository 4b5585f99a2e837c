import java.io.FileInputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Date;
import org.javarosa.core.model.FormDef;
import org.javarosa.core.model.condition.EvaluationContext;
import org.javarosa.core.model.instance.FormInstance;
import org.javarosa.core.model.instance.InstanceInitializationFactory;
import org.javarosa.core.model.instance.TreeReference;
import org.javarosa.core.model.utils.DateUtils;
import org.javarosa.core.util.JavaRosaCoreModule;
import org.javarosa.model.xform.XFormsModule;
import org.javarosa.xform.util.XFormUtils;
import org.javarosa.xpath.XPathParseTool;
import org.javarosa.xpath.expr.XPathFuncExpr;

/**
 * What phones make of expressions: a line each, its node as name#place/name#place and a tab before
 * it. Writes a letter for the kind (number, text, boolean, date in days, error), and the value.
 */
public class Engine {
    public static void main(String[] files) throws Exception {
        new JavaRosaCoreModule().registerModule();
        new XFormsModule().registerModule();
        FormDef form = XFormUtils.getFormFromInputStream(new FileInputStream(files[0]));
        form.initialize(true, new InstanceInitializationFactory());
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        for (String line : Files.readAllLines(Path.of(files[1]))) {
            String[] parts = line.split("\t", 2);
            EvaluationContext around = form.getEvaluationContext();
            EvaluationContext context = new EvaluationContext(around, node(parts[0]));
            out.println(evaluate(parts[1], form.getMainInstance(), context).replace('\n', ' '));
        }
    }

    private static TreeReference node(String path) {
        TreeReference reference = TreeReference.rootRef();
        for (String step : path.split("/")) {
            String[] named = step.split("#");
            reference.add(named[0], Integer.parseInt(named[1]));
        }
        return reference;
    }

    private static String evaluate(String text, FormInstance answers, EvaluationContext context) {
        try {
            Object value = XPathParseTool.parseXPath(text).eval(answers, context);
            value = XPathFuncExpr.unpack(value);
            if (value instanceof Date) {
                return "D" + DateUtils.fractionalDaysSinceEpoch((Date) value);
            }
            return (value instanceof Boolean ? "B" : value instanceof Double ? "N" : "T") + value;
        } catch (Exception error) {
            return "E" + error;
        }
    }
}
