import static org.codelibs.elasticsearch.runner.ElasticsearchClusterRunner.newConfigs;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import org.codelibs.elasticsearch.runner.ElasticsearchClusterRunner;
import org.elasticsearch.common.settings.SecureString;
import org.elasticsearch.xpack.core.security.authc.support.Hasher;

/**
 * One real Elasticsearch 7.10.2 node with X-Pack security and repository type "oss", on loopback.
 * Arguments: base folder, http port, transport port, cluster name, name and password of a superuser in the file realm.
 * Ends when its standard input ends, so that it never outlives the test run that started it.
 */
public class Node {
  public static void main(String[] args) throws Exception {
    for (String config : new String[] {"config", "node_1/config"}) {
      Path folder = Files.createDirectories(Paths.get(args[0], config.split("/")));
      char[] hash = Hasher.BCRYPT4.hash(new SecureString(args[5].toCharArray()));
      Files.writeString(folder.resolve("users"), args[4] + ":" + new String(hash) + "\n");
      Files.writeString(folder.resolve("users_roles"), "superuser:" + args[4] + "\n");
    }
    ElasticsearchClusterRunner runner = new ElasticsearchClusterRunner();
    runner.onBuild((number, settings) -> {
      settings.put("http.port", args[1]);
      settings.put("transport.port", args[2]);
      settings.put("network.host", "127.0.0.1");
      settings.put("http.host", "127.0.0.1");
      settings.put("transport.host", "127.0.0.1");
      settings.put("cluster.routing.allocation.disk.threshold_enabled", false);
      settings.put("discovery.type", "single-node");
      settings.remove("discovery.seed_hosts");
      settings.remove("cluster.initial_master_nodes");
      settings.put("xpack.security.enabled", true);
      settings.put("xpack.security.authc.api_key.enabled", true);
    }).build(newConfigs().clusterName(args[3]).numOfNode(1).basePath(args[0]).useLogger().pluginTypes(
        "org.elasticsearch.xpack.core.XPackPlugin,org.elasticsearch.xpack.security.Security,runbook.test.OssRepositoryPlugin"));
    System.out.println("READY " + args[1]);
    while (System.in.read() >= 0) {
      // Nothing is sent: only the end of the input matters.
    }
    System.exit(0);
  }
}
