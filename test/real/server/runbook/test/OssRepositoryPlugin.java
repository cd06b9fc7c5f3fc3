package runbook.test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Collections;
import java.util.Map;
import org.elasticsearch.cluster.metadata.RepositoryMetadata;
import org.elasticsearch.cluster.service.ClusterService;
import org.elasticsearch.common.Strings;
import org.elasticsearch.common.blobstore.BlobPath;
import org.elasticsearch.common.blobstore.BlobStore;
import org.elasticsearch.common.blobstore.fs.FsBlobStore;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.common.unit.ByteSizeValue;
import org.elasticsearch.common.xcontent.NamedXContentRegistry;
import org.elasticsearch.env.Environment;
import org.elasticsearch.indices.recovery.RecoverySettings;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.plugins.RepositoryPlugin;
import org.elasticsearch.repositories.Repository;
import org.elasticsearch.repositories.RepositoryException;
import org.elasticsearch.repositories.blobstore.BlobStoreRepository;

/**
 * Repository type "oss" with the settings that Alibaba Cloud documents, in both dialects ("endpoint" in the cloud,
 * "oss.client.endpoint" in the self-managed plugin). Its blobs are kept in a folder for now: system property
 * "runbook.test.buckets", one folder a bucket. The keys have to be the ones of "runbook.test.oss.key" and
 * "runbook.test.oss.secret"; a bucket has to exist.
 */
public class OssRepositoryPlugin extends Plugin implements RepositoryPlugin {
  @Override
  public Map<String, Repository.Factory> getRepositories(
      Environment environment, NamedXContentRegistry registry, ClusterService cluster, RecoverySettings recovery) {
    return Collections.singletonMap("oss", metadata -> new OssRepository(metadata, registry, cluster, recovery));
  }

  static final class OssRepository extends BlobStoreRepository {
    private final Settings settings;
    private final BlobPath basePath;

    OssRepository(
        RepositoryMetadata metadata, NamedXContentRegistry registry, ClusterService cluster, RecoverySettings recovery) {
      super(metadata, Boolean.parseBoolean(setting(metadata.settings(), "compress", "false")), registry, cluster, recovery);
      this.settings = metadata.settings();
      for (String required : new String[] {"endpoint", "access_key_id", "secret_access_key", "bucket"}) {
        if (setting(settings, required, "").isEmpty()) {
          throw new RepositoryException(metadata.name(), "No [" + required + "] defined for OSS repository");
        }
      }
      BlobPath path = new BlobPath();
      for (String part : Strings.tokenizeToStringArray(setting(settings, "base_path", ""), "/")) {
        path = path.add(part);
      }
      this.basePath = path;
    }

    @Override
    protected BlobStore createBlobStore() throws Exception {
      if (!System.getProperty("runbook.test.oss.key").equals(setting(settings, "access_key_id", ""))
          || !System.getProperty("runbook.test.oss.secret").equals(setting(settings, "secret_access_key", ""))) {
        throw new IllegalStateException("InvalidAccessKeyId: The OSS Access Key Id you provided does not exist in our records.");
      }
      Path bucket = Paths.get(System.getProperty("runbook.test.buckets"), setting(settings, "bucket", ""));
      if (!Files.isDirectory(bucket)) {
        throw new IllegalStateException("NoSuchBucket: The specified bucket does not exist.");
      }
      return new FsBlobStore(bufferSize, bucket, isReadOnly());
    }

    @Override
    protected ByteSizeValue chunkSize() {
      String size = setting(settings, "chunk_size", "");
      return size.isEmpty() ? null : ByteSizeValue.parseBytesSizeValue(size, "chunk_size");
    }

    @Override
    public BlobPath basePath() {
      return basePath;
    }

    private static String setting(Settings settings, String name, String otherwise) {
      String own = settings.get(name);
      return own != null ? own : settings.get("oss.client." + name, otherwise);
    }
  }
}
