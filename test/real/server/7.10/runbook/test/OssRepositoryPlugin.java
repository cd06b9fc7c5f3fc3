package runbook.test;

import com.aliyun.oss.common.comm.SignVersion;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.elasticsearch.cluster.metadata.RepositoryMetadata;
import org.elasticsearch.cluster.service.ClusterService;
import org.elasticsearch.common.Strings;
import org.elasticsearch.common.blobstore.BlobContainer;
import org.elasticsearch.common.blobstore.BlobMetadata;
import org.elasticsearch.common.blobstore.BlobPath;
import org.elasticsearch.common.blobstore.BlobStore;
import org.elasticsearch.common.blobstore.DeleteResult;
import org.elasticsearch.common.blobstore.support.AbstractBlobContainer;
import org.elasticsearch.common.blobstore.support.PlainBlobMetadata;
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
 * "oss.client.endpoint" in the self-managed plugin). Its blobs go through Alibaba's SDK, signed with version 1.
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
      super(metadata, Boolean.parseBoolean(setting(metadata.settings(), "compress")), registry, cluster, recovery);
      this.settings = metadata.settings();
      for (String required : new String[] {"endpoint", "access_key_id", "secret_access_key", "bucket"}) {
        if (setting(settings, required).isEmpty()) {
          throw new RepositoryException(metadata.name(), "No [" + required + "] defined for OSS repository");
        }
      }
      BlobPath path = new BlobPath();
      for (String part : Strings.tokenizeToStringArray(setting(settings, "base_path"), "/")) path = path.add(part);
      this.basePath = path;
    }

    @Override
    protected BlobStore createBlobStore() {
      return new OssBlobStore(new OssBlobs(name -> setting(settings, name), SignVersion.V1));
    }

    @Override
    protected ByteSizeValue chunkSize() {
      String size = setting(settings, "chunk_size");
      return size.isEmpty() ? null : ByteSizeValue.parseBytesSizeValue(size, "chunk_size");
    }

    @Override
    public BlobPath basePath() {
      return basePath;
    }

    private static String setting(Settings settings, String name) {
      String own = settings.get(name);
      return own != null ? own : settings.get("oss.client." + name, "");
    }
  }

  private static final class OssBlobStore implements BlobStore {
    private final OssBlobs blobs;

    OssBlobStore(OssBlobs blobs) {
      this.blobs = blobs;
    }

    @Override
    public BlobContainer blobContainer(BlobPath path) {
      return new OssBlobContainer(path, blobs);
    }

    @Override
    public void close() {
      blobs.close();
    }
  }

  private static final class OssBlobContainer extends AbstractBlobContainer {
    private final OssBlobs blobs;
    private final String folder;

    OssBlobContainer(BlobPath path, OssBlobs blobs) {
      super(path);
      this.blobs = blobs;
      this.folder = path.buildAsString();
    }

    @Override
    public boolean blobExists(String name) throws IOException {
      return blobs.exists(folder + name);
    }

    @Override
    public InputStream readBlob(String name) throws IOException {
      return blobs.read(folder + name);
    }

    @Override
    public InputStream readBlob(String name, long position, long length) throws IOException {
      return blobs.read(folder + name, position, length);
    }

    @Override
    public void writeBlob(String name, InputStream content, long length, boolean isNew) throws IOException {
      blobs.write(folder + name, content, length, isNew);
    }

    @Override
    public void writeBlobAtomic(String name, InputStream content, long length, boolean isNew) throws IOException {
      blobs.write(folder + name, content, length, isNew);
    }

    @Override
    public DeleteResult delete() throws IOException {
      Map<String, Long> all = blobs.list(folder);
      blobs.delete(all.keySet());
      return new DeleteResult(all.size(), all.values().stream().mapToLong(Long::longValue).sum());
    }

    @Override
    public void deleteBlobsIgnoringIfNotExists(List<String> names) throws IOException {
      blobs.delete(names.stream().map(name -> folder + name).collect(Collectors.toList()));
    }

    @Override
    public Map<String, BlobMetadata> listBlobs() throws IOException {
      return listBlobsByPrefix("");
    }

    @Override
    public Map<String, BlobMetadata> listBlobsByPrefix(String prefix) throws IOException {
      Map<String, BlobMetadata> found = new HashMap<>();
      blobs.listFolder(folder, prefix).forEach((key, size) -> {
        String name = key.substring(folder.length());
        found.put(name, new PlainBlobMetadata(name, size));
      });
      return found;
    }

    @Override
    public Map<String, BlobContainer> children() throws IOException {
      Map<String, BlobContainer> found = new HashMap<>();
      for (String child : blobs.folders(folder)) {
        String name = child.substring(folder.length(), child.length() - 1);
        found.put(name, new OssBlobContainer(path().add(name), blobs));
      }
      return found;
    }
  }
}
