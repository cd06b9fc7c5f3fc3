package runbook.test;

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
import org.elasticsearch.action.ActionListener;
import org.elasticsearch.common.blobstore.BlobContainer;
import org.elasticsearch.common.blobstore.BlobPath;
import org.elasticsearch.common.blobstore.BlobStore;
import org.elasticsearch.common.blobstore.DeleteResult;
import org.elasticsearch.common.blobstore.OperationPurpose;
import org.elasticsearch.common.blobstore.OptionalBytesReference;
import org.elasticsearch.common.blobstore.support.AbstractBlobContainer;
import org.elasticsearch.common.blobstore.support.BlobMetadata;
import org.elasticsearch.common.bytes.BytesReference;
import org.elasticsearch.core.CheckedConsumer;

/** The blobs of one bucket, as Elasticsearch asks for them since 8.19. */
final class OssBlobStore implements BlobStore {
  private final OssBlobs blobs;

  OssBlobStore(OssBlobs blobs) {
    this.blobs = blobs;
  }

  @Override
  public BlobContainer blobContainer(BlobPath path) {
    return new Container(path, blobs);
  }

  @Override
  public void close() {
    blobs.close();
  }

  private static final class Container extends AbstractBlobContainer {
    private final OssBlobs blobs;
    private final String folder;

    Container(BlobPath path, OssBlobs blobs) {
      super(path);
      this.blobs = blobs;
      this.folder = path.buildAsString();
    }

    @Override
    public boolean blobExists(OperationPurpose purpose, String name) throws IOException {
      return blobs.exists(folder + name);
    }

    @Override
    public InputStream readBlob(OperationPurpose purpose, String name) throws IOException {
      return blobs.read(folder + name);
    }

    @Override
    public InputStream readBlob(OperationPurpose purpose, String name, long position, long length) throws IOException {
      return blobs.read(folder + name, position, length);
    }

    @Override
    public void writeBlob(OperationPurpose purpose, String name, InputStream content, long length, boolean isNew)
        throws IOException {
      blobs.write(folder + name, content, length, isNew);
    }

    @Override
    public void writeMetadataBlob(
        OperationPurpose purpose,
        String name,
        boolean isNew,
        boolean isAtomic,
        CheckedConsumer<OutputStream, IOException> writer)
        throws IOException {
      ByteArrayOutputStream content = new ByteArrayOutputStream();
      writer.accept(content);
      writeBlob(purpose, name, new ByteArrayInputStream(content.toByteArray()), content.size(), isNew);
    }

    @Override
    public void writeBlobAtomic(OperationPurpose purpose, String name, BytesReference bytes, boolean isNew)
        throws IOException {
      writeBlob(purpose, name, bytes.streamInput(), bytes.length(), isNew);
    }

    // No @Override: 8.19 does not have it yet.
    public void writeBlobAtomic(OperationPurpose purpose, String name, InputStream content, long length, boolean isNew)
        throws IOException {
      writeBlob(purpose, name, content, length, isNew);
    }

    @Override
    public DeleteResult delete(OperationPurpose purpose) throws IOException {
      Map<String, Long> all = blobs.list(folder);
      blobs.delete(all.keySet());
      return new DeleteResult(all.size(), all.values().stream().mapToLong(Long::longValue).sum());
    }

    @Override
    public void deleteBlobsIgnoringIfNotExists(OperationPurpose purpose, Iterator<String> names) throws IOException {
      List<String> keys = new ArrayList<>();
      names.forEachRemaining(name -> keys.add(folder + name));
      blobs.delete(keys);
    }

    @Override
    public Map<String, BlobMetadata> listBlobs(OperationPurpose purpose) throws IOException {
      return listBlobsByPrefix(purpose, "");
    }

    @Override
    public Map<String, BlobMetadata> listBlobsByPrefix(OperationPurpose purpose, String prefix) throws IOException {
      Map<String, BlobMetadata> found = new HashMap<>();
      blobs.listFolder(folder, prefix).forEach((key, size) -> {
        String name = key.substring(folder.length());
        found.put(name, new BlobMetadata(name, size));
      });
      return found;
    }

    @Override
    public Map<String, BlobContainer> children(OperationPurpose purpose) throws IOException {
      Map<String, BlobContainer> found = new HashMap<>();
      for (String child : blobs.folders(folder)) {
        String name = child.substring(folder.length(), child.length() - 1);
        found.put(name, new Container(path().add(name), blobs));
      }
      return found;
    }

    // Registers are for the analysis of a repository and for stateless nodes: snapshots have no use for them.
    @Override
    public void compareAndExchangeRegister(
        OperationPurpose purpose,
        String key,
        BytesReference expected,
        BytesReference updated,
        ActionListener<OptionalBytesReference> listener) {
      listener.onFailure(new UnsupportedOperationException("no registers"));
    }

    @Override
    public void getRegister(OperationPurpose purpose, String key, ActionListener<OptionalBytesReference> listener) {
      listener.onFailure(new UnsupportedOperationException("no registers"));
    }
  }
}
