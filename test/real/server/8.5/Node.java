import java.io.PrintStream;
import java.nio.file.Paths;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;

/**
 * One real Elasticsearch 8.5.3 node on loopback. Arguments: home folder (with its module and plugins), data folder, http
 * port, transport port, cluster name, name and password of the superuser of the "file realm".
 * Ends when its standard input ends, so that it never outlives the test run that started it.
 */
public class Node {
  public static void main(String[] args) throws Exception {
    System.setProperty("runbook.test.file.username", args[5]);
    System.setProperty("runbook.test.file.password", args[6]);
    // Configuring the log takes the standard output away.
    PrintStream out = System.out;
    LogConfigurator.configureESLogging();
    LogConfigurator.loadLog4jPlugins();
    Settings settings =
        Settings.builder()
            .put("path.home", args[0])
            .put("path.data", args[1])
            .put("path.logs", args[1] + "-logs")
            .put("http.port", args[2])
            .put("transport.port", args[3])
            .put("network.host", "127.0.0.1")
            .put("cluster.name", args[4])
            .put("node.name", args[4])
            .put("discovery.type", "single-node")
            .put("cluster.routing.allocation.disk.threshold_enabled", false)
            .build();
    Environment environment = new Environment(settings, Paths.get(args[0], "config"));
    LogConfigurator.setNodeName(args[4]);
    LogConfigurator.configure(environment, true);
    new org.elasticsearch.node.Node(environment).start();
    out.println("READY " + args[2]);
    while (System.in.read() >= 0) {
      // Nothing is sent: only the end of the input matters.
    }
    System.exit(0);
  }
}
