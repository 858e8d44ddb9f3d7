using System.IO;

var folder = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
File.WriteAllText(Path.Combine(folder, "visits.txt"), "0");
