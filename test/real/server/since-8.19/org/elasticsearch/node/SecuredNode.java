package org.elasticsearch.node;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.SecureString;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.plugins.ClassPathPlugins;
import org.elasticsearch.plugins.PluginsLoader;
import org.elasticsearch.plugins.PluginsService;
import org.elasticsearch.xpack.core.security.authc.support.Hasher;
import runbook.test.AnalysisStandIn;
import runbook.test.KibanaStandIn;
import runbook.test.OssRepositoryPlugin;
import runbook.test.RootStandIn;

/**
 * One real Elasticsearch node of 8.19 or later with X-Pack security and repository type "oss", on loopback.
 * Arguments: home folder (its log4j2.properties is there), HTTP port, transport port, cluster name, then name, password and
 * roles of each user of the file realm.
 * Ends when its standard input ends, so that it never outlives the test run that started it.
 */
public class SecuredNode extends Node {
  private SecuredNode(Environment environment, NodeServiceProvider provider) {
    super(NodeConstruction.prepareConstruction(environment, noPlugins(), provider, true));
  }

  public static void main(String[] args) throws Exception {
    // Configuring the log takes the standard output away.
    PrintStream out = System.out;
    Path config = Paths.get(args[0], "config");
    writeFileRealm(config, List.of(args).subList(4, args.length));
    LogConfigurator.registerErrorListener();
    LogConfigurator.configureESLogging();
    Settings settings =
        Settings.builder()
            .put("path.home", args[0])
            .put("http.port", args[1])
            .put("transport.port", args[2])
            .put("network.host", "127.0.0.1")
            .put("cluster.name", args[3])
            .put("node.name", args[3])
            .put("discovery.type", "single-node")
            .put("cluster.routing.allocation.disk.threshold_enabled", false)
            .put("xpack.security.enabled", true)
            .put("xpack.security.autoconfiguration.enabled", false)
            .put("xpack.license.self_generated.type", "basic")
            .build();
    Environment environment = new Environment(settings, config);
    LogConfigurator.setClusterName(args[3]);
    LogConfigurator.setNodeName(args[3]);
    LogConfigurator.configure(environment, true);
    new SecuredNode(environment, new WithPlugins()).start();
    out.println("READY " + args[1]);
    while (System.in.read() >= 0) {
      // Nothing is sent: only the end of the input matters.
    }
    System.exit(0);
  }

  private static void writeFileRealm(Path config, List<String> logins) throws Exception {
    StringBuilder users = new StringBuilder();
    StringBuilder roles = new StringBuilder();
    for (int at = 0; at < logins.size(); at += 3) {
      String name = logins.get(at);
      char[] hash = Hasher.BCRYPT4.hash(new SecureString(logins.get(at + 1).toCharArray()));
      users.append(name).append(':').append(hash).append('\n');
      roles.append(logins.get(at + 2)).append(':').append(name).append('\n');
    }
    Files.writeString(config.resolve("users"), users);
    Files.writeString(config.resolve("users_roles"), roles);
  }

  private static PluginsLoader noPlugins() {
    return PluginsLoader.createPluginsLoader(Set.of(), Set.of(), Map.of(), false);
  }

  private static final class WithPlugins extends NodeServiceProvider {
    @Override
    PluginsService newPluginService(Environment environment, PluginsLoader loader) {
      return new ClassPathPlugins(
          environment,
          List.of("transport-netty4", "x-pack-core", "x-pack-security"),
          List.of(AnalysisStandIn.class, RootStandIn.class, KibanaStandIn.class, OssRepositoryPlugin.class));
    }
  }
}
