package runbook.test;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.elasticsearch.Build;
import org.elasticsearch.action.admin.cluster.state.ClusterStateRequest;
import org.elasticsearch.action.admin.cluster.state.ClusterStateResponse;
import org.elasticsearch.client.internal.node.NodeClient;
import org.elasticsearch.core.TimeValue;
import org.elasticsearch.rest.BaseRestHandler;
import org.elasticsearch.rest.RestRequest;
import org.elasticsearch.rest.RestResponse;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.rest.action.RestBuilderListener;
import org.elasticsearch.xcontent.XContentBuilder;

/** Answers GET / as the module rest-root does. Like there, it takes the cluster privilege monitor. */
final class RootHandler extends BaseRestHandler {
  @Override
  public String getName() {
    return "main_action";
  }

  @Override
  public List<Route> routes() {
    return List.of(new Route(RestRequest.Method.GET, "/"), new Route(RestRequest.Method.HEAD, "/"));
  }

  @Override
  protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
    ClusterStateRequest wanted = new ClusterStateRequest(TimeValue.timeValueSeconds(30)).clear().metadata(true);
    return channel -> client.admin().cluster().state(wanted, new RestBuilderListener<>(channel) {
      @Override
      public RestResponse buildResponse(ClusterStateResponse response, XContentBuilder builder) throws Exception {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("name", client.settings().get("node.name"));
        body.put("cluster_name", response.getClusterName().value());
        body.put("cluster_uuid", response.getState().metadata().clusterUUID());
        body.put("version", version(Build.current()));
        body.put("tagline", "You Know, for Search");
        return new RestResponse(RestStatus.OK, builder.map(body));
      }
    });
  }

  private static Map<String, Object> version(Build build) {
    Map<String, Object> version = new LinkedHashMap<>();
    version.put("number", build.qualifiedVersion());
    version.put("build_flavor", build.flavor());
    version.put("build_type", build.type().displayName());
    version.put("build_hash", build.hash());
    version.put("build_date", build.date());
    version.put("build_snapshot", build.isSnapshot());
    version.put("minimum_wire_compatibility_version", build.minWireCompatVersion());
    version.put("minimum_index_compatibility_version", build.minIndexCompatVersion());
    return version;
  }
}
