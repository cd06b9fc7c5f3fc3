package runbook.test;

import com.aliyun.oss.common.comm.SignVersion;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.elasticsearch.cluster.metadata.RepositoryMetadata;
import org.elasticsearch.cluster.service.ClusterService;
import org.elasticsearch.common.blobstore.BlobContainer;
import org.elasticsearch.common.blobstore.support.BlobMetadata;
import org.elasticsearch.common.blobstore.BlobPath;
import org.elasticsearch.common.blobstore.BlobStore;
import org.elasticsearch.common.blobstore.DeleteResult;
import org.elasticsearch.common.blobstore.support.AbstractBlobContainer;
import org.elasticsearch.common.bytes.BytesReference;
import org.elasticsearch.common.unit.ByteSizeValue;
import org.elasticsearch.common.util.BigArrays;
import org.elasticsearch.core.CheckedConsumer;
import org.elasticsearch.env.Environment;
import org.elasticsearch.indices.recovery.RecoverySettings;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.plugins.RepositoryPlugin;
import org.elasticsearch.repositories.Repository;
import org.elasticsearch.repositories.blobstore.BlobStoreRepository;
import org.elasticsearch.xcontent.NamedXContentRegistry;

/**
 * Repository type "oss" with the settings that Alibaba Cloud documents, in both dialects ("endpoint" in the cloud,
 * "oss.client.endpoint" in the self-managed plugin). Its blobs go through Alibaba's SDK, signed with version 4.
 */
public class OssRepositoryPlugin extends Plugin implements RepositoryPlugin {
  @Override
  public Map<String, Repository.Factory> getRepositories(
      Environment environment,
      NamedXContentRegistry registry,
      ClusterService cluster,
      BigArrays arrays,
      RecoverySettings recovery) {
    return Map.of("oss", metadata -> new OssRepository(metadata, registry, cluster, arrays, recovery));
  }

  static final class OssRepository extends BlobStoreRepository {
    private final OssSettings settings;

    OssRepository(
        RepositoryMetadata metadata,
        NamedXContentRegistry registry,
        ClusterService cluster,
        BigArrays arrays,
        RecoverySettings recovery) {
      super(metadata, registry, cluster, arrays, recovery, OssSettings.basePath(metadata));
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
    public void writeBlob(
        String name, boolean isNew, boolean isAtomic, CheckedConsumer<OutputStream, IOException> writer)
        throws IOException {
      ByteArrayOutputStream content = new ByteArrayOutputStream();
      writer.accept(content);
      writeBlob(name, new ByteArrayInputStream(content.toByteArray()), content.size(), isNew);
    }

    @Override
    public void writeBlobAtomic(String name, BytesReference bytes, boolean isNew) throws IOException {
      writeBlob(name, bytes.streamInput(), bytes.length(), isNew);
    }

    @Override
    public DeleteResult delete() throws IOException {
      Map<String, Long> all = blobs.list(folder);
      blobs.delete(all.keySet());
      return new DeleteResult(all.size(), all.values().stream().mapToLong(Long::longValue).sum());
    }

    @Override
    public void deleteBlobsIgnoringIfNotExists(Iterator<String> names) throws IOException {
      List<String> keys = new ArrayList<>();
      names.forEachRemaining(name -> keys.add(folder + name));
      blobs.delete(keys);
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
        found.put(name, new BlobMetadata(name, size));
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
