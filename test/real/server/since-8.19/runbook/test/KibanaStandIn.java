package runbook.test;

import java.util.Collection;
import java.util.List;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.indices.SystemIndexDescriptor;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.plugins.SystemIndexPlugin;

/** Declares the feature "kibana" with its system indices, as the module kibana does, which is not published. */
public class KibanaStandIn extends Plugin implements SystemIndexPlugin {
  @Override
  public String getFeatureName() {
    return "kibana";
  }

  @Override
  public String getFeatureDescription() {
    return "Manages Kibana configuration and reports";
  }

  @Override
  public Collection<SystemIndexDescriptor> getSystemIndexDescriptors(Settings settings) {
    return List.of(
        SystemIndexDescriptor.builder()
            .setIndexPattern(".kibana_*")
            .setDescription("Kibana saved objects system index")
            .setType(SystemIndexDescriptor.Type.EXTERNAL_UNMANAGED)
            .setAllowsTemplates()
            .setAllowedElasticProductOrigins(List.of("kibana"))
            .build());
  }
}
