package org.elasticsearch.xpack.standin;

import static org.elasticsearch.rest.RestRequest.Method.GET;
import static org.elasticsearch.rest.RestRequest.Method.POST;
import static org.elasticsearch.rest.RestRequest.Method.PUT;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.elasticsearch.action.ActionListener;
import org.elasticsearch.action.get.GetRequest;
import org.elasticsearch.action.get.GetResponse;
import org.elasticsearch.action.index.IndexRequest;
import org.elasticsearch.action.search.SearchRequest;
import org.elasticsearch.action.search.SearchResponse;
import org.elasticsearch.action.support.IndicesOptions;
import org.elasticsearch.action.support.WriteRequest.RefreshPolicy;
import org.elasticsearch.client.internal.node.NodeClient;
import org.elasticsearch.cluster.metadata.IndexNameExpressionResolver;
import org.elasticsearch.cluster.node.DiscoveryNodes;
import org.elasticsearch.common.settings.ClusterSettings;
import org.elasticsearch.common.settings.IndexScopedSettings;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.common.settings.SettingsFilter;
import org.elasticsearch.common.util.concurrent.ThreadContext;
import org.elasticsearch.index.query.QueryBuilders;
import org.elasticsearch.indices.SystemIndexDescriptor;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.plugins.SystemIndexPlugin;
import org.elasticsearch.plugins.interceptor.RestInterceptorActionPlugin;
import org.elasticsearch.rest.RestChannel;
import org.elasticsearch.rest.RestController;
import org.elasticsearch.rest.RestHandler;
import org.elasticsearch.rest.RestRequest;
import org.elasticsearch.rest.RestResponse;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.search.SearchHit;
import org.elasticsearch.search.builder.SearchSourceBuilder;
import org.elasticsearch.xcontent.XContentBuilder;

/**
 * Stands in for X-Pack security, which is not published for 8.5.3: the feature "security" with its real system index, and
 * as much of the API as the runbooks call. Users and roles are documents of .security-7, so that a restore replaces them;
 * one superuser is of the "file realm", outside of it. A login needs its password (its SHA-256 is kept); privileges
 * are not checked. Interceptors are for classes of this package only.
 */
public class SecurityPlugin extends Plugin implements SystemIndexPlugin, RestInterceptorActionPlugin {
  private static final String INDEX = ".security-7";

  @Override
  public String getFeatureName() {
    return "security";
  }

  @Override
  public String getFeatureDescription() {
    return "Manages configuration for Security features, such as users and roles";
  }

  @Override
  public Collection<SystemIndexDescriptor> getSystemIndexDescriptors(Settings settings) {
    return List.of(
        SystemIndexDescriptor.builder()
            .setIndexPattern(".security-[0-9]+*")
            .setDescription("Contains Security configuration")
            .setType(SystemIndexDescriptor.Type.EXTERNAL_UNMANAGED)
            .setAllowedElasticProductOrigins(List.of("security"))
            .build());
  }

  @Override
  public UnaryOperator<RestHandler> getRestHandlerInterceptor(ThreadContext context) {
    return handler -> (request, channel, client) ->
        login(request, client, ActionListener.wrap(
            user -> {
              if (user == null) channel.sendResponse(unauthorized(request, channel));
              else {
                context.putTransient("runbook.test.user", user);
                handler.handleRequest(request, channel, client);
              }
            },
            error -> fail(channel, error)));
  }

  @Override
  public List<RestHandler> getRestHandlers(
      Settings settings,
      RestController controller,
      ClusterSettings clusterSettings,
      IndexScopedSettings indexSettings,
      SettingsFilter filter,
      IndexNameExpressionResolver resolver,
      Supplier<DiscoveryNodes> nodes) {
    return List.of(
        handler(GET, "/_security/_authenticate", (request, channel, client) ->
            answer(channel, RestStatus.OK, client.threadPool().getThreadContext().getTransient("runbook.test.user"))),
        handler(POST, "/_security/user/_has_privileges", (request, channel, client) ->
            answer(channel, RestStatus.OK, privileges(request.contentParser().map()))),
        handler(POST, "/_security/realm/{realms}/_clear_cache", (request, channel, client) -> {
          request.param("realms");
          answer(channel, RestStatus.OK, Map.of("_nodes", Map.of("total", 1, "successful", 1, "failed", 0)));
        }),
        handler(GET, "/_security/user", (request, channel, client) -> showAll("user", channel, client)),
        handler(GET, "/_security/user/{name}", (request, channel, client) -> show("user", request, channel, client)),
        handler(PUT, "/_security/user/{name}", (request, channel, client) -> put("user", request, channel, client)),
        handler(GET, "/_security/role", (request, channel, client) -> showAll("role", channel, client)),
        handler(GET, "/_security/role/{name}", (request, channel, client) -> show("role", request, channel, client)),
        handler(PUT, "/_security/role/{name}", (request, channel, client) -> put("role", request, channel, client)));
  }

  private static RestHandler handler(RestRequest.Method method, String path, RestHandler action) {
    return new RestHandler() {
      @Override
      public List<Route> routes() {
        return List.of(new Route(method, path));
      }

      @Override
      public void handleRequest(RestRequest request, RestChannel channel, NodeClient client) throws Exception {
        action.handleRequest(request, channel, client);
      }
    };
  }

  /** Everybody is a superuser: of restricted indices that is one who may look at them and read them (seen on 8.19.21). */
  @SuppressWarnings("unchecked")
  private static Map<String, Object> privileges(Map<String, Object> asked) {
    Map<String, Object> cluster = new LinkedHashMap<>();
    for (String privilege : (List<String>) asked.getOrDefault("cluster", List.of())) cluster.put(privilege, true);
    Map<String, Map<String, Object>> indices = new LinkedHashMap<>();
    for (Map<String, Object> group : (List<Map<String, Object>>) asked.getOrDefault("index", List.of())) {
      boolean isRestricted = Boolean.TRUE.equals(group.get("allow_restricted_indices"));
      for (String name : (List<String>) group.get("names")) {
        Map<String, Object> index = indices.computeIfAbsent(name, key -> new LinkedHashMap<>());
        for (String privilege : (List<String>) group.get("privileges")) {
          index.put(privilege, !isRestricted || Set.of("monitor", "read", "view_index_metadata").contains(privilege));
        }
      }
    }
    boolean hasAll = indices.values().stream().noneMatch(index -> index.containsValue(false));
    return Map.of("has_all_requested", hasAll, "cluster", cluster, "index", indices);
  }

  /** Gives what _authenticate answers, or null where the login is not accepted. */
  private static void login(RestRequest request, NodeClient client, ActionListener<Map<String, Object>> then) {
    String header = request.header("Authorization");
    if (header == null || !header.startsWith("Basic ")) {
      then.onResponse(null);
      return;
    }
    String[] login = new String(Base64.getDecoder().decode(header.substring(6)), StandardCharsets.UTF_8).split(":", 2);
    if (login[0].equals(System.getProperty("runbook.test.file.username"))) {
      boolean isRight = login[1].equals(System.getProperty("runbook.test.file.password"));
      then.onResponse(isRight ? user(login[0], List.of("superuser"), "file") : null);
      return;
    }
    read(client, "user", login[0], ActionListener.wrap(
        found -> then.onResponse(found != null && hash(login[1]).equals(found.get("password"))
            ? user(login[0], found.get("roles"), "native") : null),
        // The index is closed or missing: nobody of the native realm can be looked up.
        error -> then.onResponse(null)));
  }

  private static Map<String, Object> user(String name, Object roles, String realm) {
    Map<String, Object> type = Map.of("name", realm, "type", realm);
    return Map.of("username", name, "roles", roles, "enabled", true, "authentication_realm", type, "lookup_realm", type);
  }

  private static void show(String type, RestRequest request, RestChannel channel, NodeClient client) {
    String name = request.param("name");
    read(client, type, name, ActionListener.wrap(
        found -> {
          if (found == null) answer(channel, RestStatus.NOT_FOUND, Map.of());
          else answer(channel, RestStatus.OK, Map.of(name, shown(found)));
        },
        error -> fail(channel, error)));
  }

  private static void showAll(String type, RestChannel channel, NodeClient client) {
    SearchSourceBuilder all = new SearchSourceBuilder().query(QueryBuilders.termQuery("type", type)).size(1000);
    // Without any user there is no such index.
    SearchRequest request = new SearchRequest(INDEX).source(all).indicesOptions(IndicesOptions.LENIENT_EXPAND_OPEN);
    client.search(request, ActionListener.wrap(
        (SearchResponse found) -> {
          Map<String, Object> shown = new LinkedHashMap<>();
          for (SearchHit hit : found.getHits()) shown.put(hit.getId().substring(type.length() + 1), shown(hit.getSourceAsMap()));
          answer(channel, RestStatus.OK, shown);
        },
        error -> fail(channel, error)));
  }

  private static Map<String, Object> shown(Map<String, Object> document) {
    Map<String, Object> shown = new LinkedHashMap<>(document);
    shown.remove("password");
    shown.remove("type");
    return shown;
  }

  private static void put(String type, RestRequest request, RestChannel channel, NodeClient client) throws IOException {
    String name = request.param("name");
    Map<String, Object> document = new LinkedHashMap<>(request.contentParser().map());
    document.put("type", type);
    if (type.equals("user")) {
      document.put("username", name);
      document.put("enabled", true);
      document.put("password", hash(String.valueOf(document.get("password"))));
    }
    IndexRequest write = new IndexRequest(INDEX).id(type + "-" + name).source(document);
    client.index(write.setRefreshPolicy(RefreshPolicy.IMMEDIATE), ActionListener.wrap(
        done -> answer(channel, RestStatus.OK, Map.of("created", done.status() == RestStatus.CREATED)),
        error -> fail(channel, error)));
  }

  private static void read(NodeClient client, String type, String name, ActionListener<Map<String, Object>> then) {
    client.get(new GetRequest(INDEX, type + "-" + name), ActionListener.wrap(
        (GetResponse found) -> then.onResponse(found.isExists() ? new LinkedHashMap<>(found.getSourceAsMap()) : null),
        error -> {
          if (error instanceof org.elasticsearch.index.IndexNotFoundException) then.onResponse(null);
          else then.onFailure(error);
        }));
  }

  private static void answer(RestChannel channel, RestStatus status, Map<String, Object> body) throws IOException {
    XContentBuilder builder = channel.newBuilder();
    channel.sendResponse(new RestResponse(status, builder.map(body)));
  }

  private static void fail(RestChannel channel, Exception error) {
    try {
      channel.sendResponse(new RestResponse(channel, error));
    } catch (IOException unsendable) {
      throw new IllegalStateException(unsendable);
    }
  }

  private static RestResponse unauthorized(RestRequest request, RestChannel channel) throws IOException {
    Map<String, Object> error = Map.of(
        "type", "security_exception",
        "reason", "unable to authenticate user for REST request [" + request.uri() + "]");
    XContentBuilder builder = channel.newBuilder();
    return new RestResponse(RestStatus.UNAUTHORIZED, builder.map(Map.of("error", error, "status", 401)));
  }

  private static String hash(String password) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(password.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (java.security.NoSuchAlgorithmException error) {
      throw new IllegalStateException(error);
    }
  }
}
