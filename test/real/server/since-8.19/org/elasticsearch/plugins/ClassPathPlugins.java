package org.elasticsearch.plugins;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.elasticsearch.Build;
import org.elasticsearch.action.admin.cluster.node.info.PluginsAndModules;
import org.elasticsearch.env.Environment;
import org.elasticsearch.plugins.spi.SPIClassIterator;

/** The plugins of a node whose modules are on the class path, each with its descriptor inside its jar. */
public class ClassPathPlugins extends PluginsService {
  private static final ClassLoader LOADER = ClassPathPlugins.class.getClassLoader();
  private final List<LoadedPlugin> loaded = new ArrayList<>();

  /** `published` are names of modules, `own` plugins without a descriptor. */
  public ClassPathPlugins(Environment environment, List<String> published, List<Class<? extends Plugin>> own) {
    super(
        environment.settings(),
        environment.configDir(),
        PluginsLoader.createPluginsLoader(Set.of(), Set.of(), Map.of(), false));
    try {
      for (String name : published) {
        String at = "META-INF/es-plugins/" + name + "/plugin-descriptor.properties";
        try (InputStream in = LOADER.getResourceAsStream(at)) {
          load(environment, in);
        }
      }
      for (Class<? extends Plugin> type : own) {
        String descriptor =
            "description=of the tests\nversion=1\njava.version=17\nname=" + type.getSimpleName()
                + "\nclassname=" + type.getName() + "\nelasticsearch.version=" + Build.current().version() + "\n";
        load(environment, new ByteArrayInputStream(descriptor.getBytes(StandardCharsets.UTF_8)));
      }
    } catch (IOException | ClassNotFoundException error) {
      throw new IllegalStateException(error);
    }
    loadExtensions(loaded);
  }

  private void load(Environment environment, InputStream in) throws IOException, ClassNotFoundException {
    PluginDescriptor descriptor = PluginDescriptor.readInternalDescriptorFromStream(in);
    Class<? extends Plugin> type = LOADER.loadClass(descriptor.getClassname()).asSubclass(Plugin.class);
    Plugin plugin = loadPlugin(type, environment.settings(), environment.configDir());
    loaded.add(new LoadedPlugin(descriptor, plugin, LOADER));
  }

  @Override
  protected List<LoadedPlugin> plugins() {
    // The constructor of the parent class asks, too.
    return loaded == null ? List.of() : loaded;
  }

  @Override
  public PluginsAndModules info() {
    return new PluginsAndModules(List.of(), loaded.stream().map(LoadedPlugin::descriptor).toList());
  }

  /** One class loader has all providers: each is found once, and belongs to the plugin that its constructor takes. */
  @Override
  public <T> List<? extends T> loadServiceProviders(Class<T> service) {
    List<T> found = new ArrayList<>();
    SPIClassIterator<T> providers = SPIClassIterator.get(service, LOADER);
    while (providers.hasNext()) found.add(create(providers.next(), service));
    return List.copyOf(found);
  }

  private <T> T create(Class<? extends T> provider, Class<T> service) {
    RuntimeException reason = new IllegalStateException("no plugin for " + provider);
    for (LoadedPlugin plugin : loaded) {
      try {
        return createExtension(provider, service, plugin.instance());
      } catch (RuntimeException error) {
        reason = error;
      }
    }
    throw reason;
  }
}
