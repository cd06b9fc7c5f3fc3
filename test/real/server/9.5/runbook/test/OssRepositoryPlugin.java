package runbook.test;

import com.aliyun.oss.common.comm.SignVersion;
import java.util.Map;
import org.elasticsearch.cluster.metadata.ProjectId;
import org.elasticsearch.cluster.metadata.RepositoryMetadata;
import org.elasticsearch.cluster.service.ClusterService;
import org.elasticsearch.common.blobstore.BlobStore;
import org.elasticsearch.common.unit.ByteSizeValue;
import org.elasticsearch.common.util.BigArrays;
import org.elasticsearch.env.Environment;
import org.elasticsearch.indices.recovery.RecoverySettings;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.plugins.RepositoryPlugin;
import org.elasticsearch.repositories.RepositoriesMetrics;
import org.elasticsearch.repositories.Repository;
import org.elasticsearch.repositories.SnapshotMetrics;
import org.elasticsearch.repositories.blobstore.BlobStoreRepository;
import org.elasticsearch.xcontent.NamedXContentRegistry;

/** Repository type "oss" as on 8.19; the constructors take more since 9. */
public class OssRepositoryPlugin extends Plugin implements RepositoryPlugin {
  @Override
  public Map<String, Repository.Factory> getRepositories(
      Environment environment,
      NamedXContentRegistry registry,
      ClusterService cluster,
      BigArrays arrays,
      RecoverySettings recovery,
      RepositoriesMetrics metrics,
      SnapshotMetrics snapshotMetrics) {
    return Map.of(
        "oss",
        (project, metadata) ->
            new OssRepository(project, metadata, registry, cluster, arrays, recovery, snapshotMetrics));
  }

  private static final class OssRepository extends BlobStoreRepository {
    private final OssSettings settings;

    OssRepository(
        ProjectId project,
        RepositoryMetadata metadata,
        NamedXContentRegistry registry,
        ClusterService cluster,
        BigArrays arrays,
        RecoverySettings recovery,
        SnapshotMetrics metrics) {
      super(project, metadata, registry, cluster, arrays, recovery, OssSettings.basePath(metadata), metrics);
      this.settings = new OssSettings(metadata);
    }

    @Override
    protected BlobStore createBlobStore() {
      return new OssBlobStore(new OssBlobs(settings::get, SignVersion.V4));
    }

    @Override
    protected ByteSizeValue chunkSize() {
      return settings.chunkSize();
    }
  }
}
