using System.IO;

var folder = Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData);
File.WriteAllText(Path.Combine(folder, "visits.txt"), "0");
