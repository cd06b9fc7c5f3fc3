package runbook.test;

import org.elasticsearch.cluster.metadata.RepositoryMetadata;
import org.elasticsearch.common.Strings;
import org.elasticsearch.common.blobstore.BlobPath;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.common.unit.ByteSizeValue;
import org.elasticsearch.repositories.RepositoryException;

/** The settings of one repository of type "oss", in both dialects. */
final class OssSettings {
  private final Settings settings;

  OssSettings(RepositoryMetadata metadata) {
    this.settings = metadata.settings();
    for (String required : new String[] {"endpoint", "access_key_id", "secret_access_key", "bucket"}) {
      if (get(required).isEmpty()) {
        throw new RepositoryException(metadata.name(), "No [" + required + "] defined for OSS repository");
      }
    }
  }

  /** A setting by its name in the cloud ("endpoint"), or an empty string. */
  String get(String name) {
    return get(settings, name);
  }

  ByteSizeValue chunkSize() {
    String size = get("chunk_size");
    return size.isEmpty() ? null : ByteSizeValue.parseBytesSizeValue(size, "chunk_size");
  }

  static BlobPath basePath(RepositoryMetadata metadata) {
    BlobPath path = BlobPath.EMPTY;
    for (String part : Strings.tokenizeToStringArray(get(metadata.settings(), "base_path"), "/")) path = path.add(part);
    return path;
  }

  private static String get(Settings settings, String name) {
    String own = settings.get(name);
    return own != null ? own : settings.get("oss.client." + name, "");
  }
}
